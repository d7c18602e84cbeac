"""SOAP: an operation of a WSDL with declared arguments, its answer and its faults."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
import xmltodict
from starlette.responses import Response

from tests.connectors.api.office import SECRETS, Asked, Office, declared, rows_of
from tests.connectors.api.platform import NUMBER, feed_at, filled
from words.errors import DeliveryError, DriftError, UsageError

WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:t="urn:sgs" xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:sgs">
<types><x:schema targetNamespace="urn:sgs"><x:include schemaLocation="types.xsd"/></x:schema></types>
<message name="in"><part name="p" element="t:importPermissionXml"/></message>
<message name="out"><part name="p" element="t:importPermissionXmlResponse"/></message>
<portType name="port"><operation name="importPermissionXml"><input message="t:in"/><output message="t:out"/></operation>
</portType>
<binding name="bound" type="t:port"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<operation name="importPermissionXml"><soap:operation soapAction="urn:import"/>
<input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation></binding>
<service name="sgs"><port name="port" binding="t:bound"><soap:address location="%s/services/sgs"/></port></service>
</definitions>"""
TYPES = """<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"
 targetNamespace="urn:sgs" elementFormDefault="qualified">
<x:element name="importPermissionXml"><x:complexType><x:sequence><x:element name="token" type="x:string"/>
<x:element name="xml" type="x:string"/></x:sequence></x:complexType></x:element>
<x:element name="importPermissionXmlResponse"><x:complexType><x:sequence><x:element name="return" type="x:string"/>
</x:sequence></x:complexType></x:element></x:schema>"""
ANSWER = """<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>%s</e:Body></e:Envelope>"""
TEXT = """
profile: province
wsdl: services/sgs?wsdl
inner: return
inner_format: xml
auth: {kind: static, secret: key, name: X-Token}
envelope: {code: return.R.code, message: return.R.msg, success: ["00"]}
list:
  request: {operation: importPermissionXml, arguments: {token: t, xml: "<q from='{since}'/>"}}
  paging: none
  rows: return.R.rows.ROW
  key: ID
deliver:
  request: {operation: importPermissionXml, arguments: {token: t, xml: "<DATA no='{name}'>{records}</DATA>"}}
  rows: 100
  element: ROW
  refused: ["01", "e:Client"]
"""


class Service:
    """A SOAP service that puts an answer in XML into its answer."""

    def __init__(self, office: Office) -> None:
        self.url = office.url
        self.said = "<R><code>00</code></R>"
        self.fault = ""
        self.heard: list[Any] = []

    async def answer(self, asked: Asked) -> Response:
        """Give the description, its types, or the answer to a call."""
        if asked.method == "GET":
            return Response((WSDL % self.url) if asked.query == {"wsdl": ""} else TYPES, media_type="text/xml")
        assert asked.headers["soapaction"] == '"urn:import"'
        assert asked.headers["x-token"] == SECRETS["key"]
        body = xmltodict.parse(asked.content, process_namespaces=True)
        heard = body["http://schemas.xmlsoap.org/soap/envelope/:Envelope"][
            "http://schemas.xmlsoap.org/soap/envelope/:Body"
        ]
        call = heard["urn:sgs:importPermissionXml"]
        self.heard.append({name: value for name, value in call.items() if name != "@xmlns"})
        if self.fault:
            fault = f"<e:Fault><faultcode>{self.fault}</faultcode><faultstring>令牌无效</faultstring></e:Fault>"
            return Response(ANSWER % fault, 500, media_type="text/xml")
        told = xmltodict.unparse({"return": self.said}, full_document=False)
        inner = f'<n:importPermissionXmlResponse xmlns:n="urn:sgs">{told}</n:importPermissionXmlResponse>'
        return Response(ANSWER % inner, media_type="text/xml")


@pytest.fixture
def service(office: Office) -> Service:
    """The service behind the office of this test."""
    service = Service(office)
    office.answer = service.answer
    return service


async def test_an_operation_is_called_and_the_answer_in_its_answer_is_read(office: Office, service: Service) -> None:
    """The description and what it includes are fetched once; the argument's XML and the answer's are texts in XML."""
    service.said = "<R><code>00</code><rows><ROW><ID>1</ID></ROW><ROW><ID>2</ID></ROW></rows></R>"
    assert [row.key for row in await rows_of(declared(office.url, TEXT))] == ["1", "2"]
    assert service.heard == [{"urn:sgs:token": "t", "urn:sgs:xml": "<q from='2024-08-01'/>"}]
    assert [each.method for each in office.asked] == ["GET", "GET", "POST"]
    assert office.asked[-1].path == "/services/sgs"


async def test_records_are_handed_over_by_an_operation(office: Office, service: Service) -> None:
    """The records go as XML in a text; the code in the answer's text says whether they were taken."""
    feed = feed_at(office.url, TEXT)
    (batch,) = await filled(feed, 2)
    taken = await feed.send(batch)
    service.said = "<R><code>01</code><msg>校验失败</msg></R>"
    refused = await feed.send(batch)
    await feed.close()
    rows = xmltodict.parse(service.heard[0]["urn:sgs:xml"])["DATA"]["ROW"]
    assert [row[NUMBER] for row in rows] == ["呼审批许〔2024〕1号", "呼审批许〔2024〕2号"]
    assert taken.accepted == ("r1", "r2")
    assert refused.refused == {"r1": "校验失败", "r2": "校验失败"}


async def test_a_fault_is_an_answer(office: Office, service: Service) -> None:
    """It is told in the system's words, and a batch that it answers is sent once; a declared one refuses the data."""
    feed = feed_at(office.url, TEXT)
    service.fault = "e:Server"
    with pytest.raises(DriftError, match="令牌无效"):
        await feed.disclosed()
    (batch,) = await filled(feed, 1)
    with pytest.raises(DeliveryError, match="e:Server 令牌无效"):
        await feed.send(batch)
    service.fault = "e:Client"
    receipt = await feed.send(batch)
    await feed.close()
    assert receipt.refused == {"r1": "令牌无效"}
    assert len(service.heard) == 3


async def test_a_key_is_not_carried_to_the_address_of_a_description(office: Office, service: Service) -> None:
    """A WSDL that names another machine is told, unless the declaration says where the service is."""
    service.url = "http://10.1.2.3:8080"
    with pytest.raises(DriftError) as error:
        await rows_of(declared(office.url, TEXT))
    assert error.value.code == "link-elsewhere"
    service.said = "<R><code>00</code><rows><ROW><ID>1</ID></ROW></rows></R>"
    text = TEXT.replace("{operation: importPermissionXml,", "{url: /services/here, operation: importPermissionXml,")
    assert len(await rows_of(declared(office.url, text))) == 1
    assert office.asked[-1].path == "/services/here"


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(("old", "new"), [("{token: t,", "{tocken: t,"), ("operation: import", "operation: imprt")])
async def test_what_the_description_does_not_have_is_told(old: str, new: str, office: Office) -> None:
    """Another operation or another argument than the WSDL's stops before anything is sent."""
    with pytest.raises(DriftError) as error:
        await rows_of(declared(office.url, TEXT.replace(old, new)))
    assert error.value.code == "wsdl-changed"
    assert {each.method for each in office.asked} == {"GET"}


async def test_no_description_is_told(office: Office) -> None:
    """A page in the place of the WSDL is none."""

    async def answer(_asked: Asked) -> Response:
        return Response("<html><p>登录</html>")

    office.answer = answer
    with pytest.raises(DriftError) as error:
        await rows_of(declared(office.url, TEXT))
    assert error.value.code == "wsdl-changed"


async def test_without_the_extra_the_package_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not installed what SOAP needs is told the command."""
    real = builtins.__import__

    def absent(name: str, *more: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "zeep":
            raise ImportError(name)
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(UsageError) as error:
        await rows_of(declared(office.url, TEXT))
    assert error.value.code == "extra-missing"
    assert "yinxin[soap]" in error.value.todo

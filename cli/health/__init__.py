"""What ``yinxin doctor`` looks at, one module for each part of a workspace. Nothing here changes anything."""

// Package accesstoken makes and reads Agora AccessToken2 strings ("007...")
// and makes Easemob dynamic user tokens ("dt-..."), both without a network.
//
// The format is small, and the vendor's own Go package cannot be had as a
// module, so it is written out here on the standard library:
//
//	token   = "007" + base64(zlib(content))
//	content = string(signature) + signed
//	signed  = string(app id) + u32 issued + u32 expire + u32 salt + u16 count + services
//	service = u16 type + map(u16 privilege -> u32 expire) + the fields of its type
//
// Integers are little endian, a string is a u16 length and its bytes, and both
// times of expiry count seconds from the time of issue.
//
// Compressed bytes depend on the zlib implementation, so two correct builders
// make different strings for equal inputs. Compare contents, never strings.
package accesstoken

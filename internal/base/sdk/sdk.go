// Package sdk stands above copies of types of the AWS SDK, one package for each service: the inputs
// and outputs of the operations that are built. Tables of operations need these alone; the SDK has
// them in packages together with clients, which take most of the time of a build.
//
// What inputs and outputs consist of is the SDK's own, from its packages called types, where those
// have types alone. Where they bring schemas, which fill memory at the start, there is a package types
// here as well.
//
// `make generate` writes the packages: a type is in one if code of this module names it, or another
// type that is there. handlers/awsapi/apitest holds each against the SDK's.
package sdk

//go:generate go run ./generate

// Document is a member without a model: any JSON value, as it came. The SDK has an interface in its
// place, which clients marshal; an empty one is not there.
type Document []byte

// AppendJSON writes it as it came.
func (d Document) AppendJSON(buf []byte) []byte { return append(buf, d...) }

// ErrorCode returns the code of an error, which its type has unless the error has one of its own.
func ErrorCode(own *string, ofType string) string {
	if own != nil {
		return *own
	}
	return ofType
}

// ErrorMessage returns the message of an error, empty if it has none.
func ErrorMessage(message *string) string {
	if message == nil {
		return ""
	}
	return *message
}

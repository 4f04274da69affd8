package awsapi

// ErrorNames is how errors are named in the AWS JSON and Smithy RPC v2 CBOR of a service that began
// with AWS Query. The zero value is that of other services: the code of an error is its name.
type ErrorNames struct {
	// Namespace stands before the names: "com.amazon.coral.service".
	Namespace string
	// QueryCodes says that the codes of AWS Query stand in a header, for requests that ask for it.
	// SDKs take the code from there.
	QueryCodes bool
}

package awsapi

import "net/http"

// ErrorNames is how errors are named in the AWS JSON and Smithy RPC v2 CBOR of a service that began
// with AWS Query. The zero value is for other services: the code of an error is its name.
type ErrorNames struct {
	// Namespace stands before the names: "com.amazon.coral.service".
	Namespace string
	// QueryCodes says that the codes of AWS Query stand in a header, for requests that ask for it.
	// SDKs take the code from there.
	QueryCodes bool
}

func (n ErrorNames) typeOf(f *failure) string {
	name := f.code
	if f.shape != "" {
		name = f.shape
	}
	if n.Namespace != "" {
		return n.Namespace + "#" + name
	}
	return name
}

// header adds the code of AWS Query.
func (n ErrorNames) header(h http.Header, r *http.Request, f *failure) {
	if f == nil || !n.QueryCodes || r.Header.Get("X-Amzn-Query-Mode") != "true" {
		return
	}
	h["x-amzn-query-error"] = []string{f.code + ";" + f.fault()} // in AWS's casing
}

// fault is whose error it is, in the words of AWS Query.
func (f *failure) fault() string {
	if f.status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

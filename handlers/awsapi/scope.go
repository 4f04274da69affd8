package awsapi

import (
	"fmt"
	"net/http"
	"strings"
)

// Scope is the credential scope of a Signature Version 4: who signed, and for
// which region and service.
type Scope struct {
	AccessKeyID, Region, Service string
}

// ScopeOf reads the scope from the Authorization header or from a presigned URL.
// It reports false for a request that is not signed, and a [*BadSignature] for one
// that claims to be and has no usable scope.
//
// Signatures are verified by [Options].Authenticate, if at all.
func ScopeOf(r *http.Request) (Scope, bool, error) {
	header := r.Header.Get("Authorization")
	if algorithm, parameters, _ := strings.Cut(header, " "); strings.HasPrefix(algorithm, "AWS4-") {
		for parameter := range strings.SplitSeq(parameters, ",") {
			if credential, ok := strings.CutPrefix(strings.Trim(parameter, " \t"), "Credential="); ok {
				return parseScope(credential, strings.HasPrefix(algorithm, "AWS4-ECDSA"))
			}
		}
		return Scope{}, true, incompleteSignature("Authorization header requires 'Credential' parameter.")
	}
	if strings.Contains(r.URL.RawQuery, "X-Amz-Credential=") {
		query := r.URL.Query()
		return parseScope(query.Get("X-Amz-Credential"), strings.HasPrefix(query.Get("X-Amz-Algorithm"), "AWS4-ECDSA"))
	}
	return Scope{}, false, nil
}

// parseScope reads key/date/region/service/aws4_request, or for an asymmetric
// signature, which holds in many regions, key/date/service/aws4_request.
func parseScope(credential string, asymmetric bool) (Scope, bool, error) {
	var parts [5]string
	n := 0
	for part := range strings.SplitSeq(credential, "/") { // without memory for them
		if n < len(parts) {
			parts[n] = part
		}
		n++
	}
	if asymmetric && n == 4 {
		parts, n = [5]string{parts[0], parts[1], "", parts[2], parts[3]}, 5
	}
	if n != len(parts) || !isRegion(parts[2]) {
		return Scope{}, true, incompleteSignature(fmt.Sprintf("Credential must have exactly 5 slash-delimited elements, "+
			"e.g. keyid/date/region/service/term, got '%.200s'", credential))
	}
	return Scope{AccessKeyID: parts[0], Region: parts[2], Service: parts[3]}, true, nil
}

// call makes the Call of a request. On an error it holds the defaults.
func (o *Options) call(service string, r *http.Request) (Call, error) {
	c := Call{Service: service, Region: o.Region, Account: o.Account, RequestID: o.RequestID(), Authorize: o.Authorize}
	if o.Authorize != nil {
		c.From = Client{Address: r.RemoteAddr, UserAgent: r.UserAgent(), Referer: r.Referer()}
	}
	scope, signed, err := ScopeOf(r)
	if err != nil || !signed {
		return c, err
	}
	c.AccessKeyID = scope.AccessKeyID
	if scope.Region != "" {
		c.Region = scope.Region
		o.SeeRegion(scope.Region)
	}
	if isAccount(scope.AccessKeyID) {
		c.Account = scope.AccessKeyID
	}
	return c, o.identify(&c, scope, r)
}

func incompleteSignature(message string) error {
	return &BadSignature{Fault: SignatureIncomplete, Message: message}
}

// Package sigv4 verifies AWS Signature Version 4 of a request that a server got, from the Authorization header or a presigned
// query. It knows no service, store or clock: the secret, the name of the service in signatures and the time come from the caller.
//
//	s, signed, err := sigv4.Parse(r)
//	if err == nil && signed {
//		err = verifier.Verify(r, s, body, secretOf(s.AccessKeyID), "ecs", time.Now())
//	}
//
// The canonical request is made here, as the SDK's signer leaves out headers that other clients sign (AC25). Facts have the
// numbers AC…. Tests: AWS's signing test suite (testdata/aws-signing-test-suite), the signer of aws-sdk-go-v2 with random
// requests, requests of which one byte is changed, requests as they come over a connection, and two fuzz targets.
package sigv4

import "time"

// Signature is what a request says of its signature.
type Signature struct {
	AccessKeyID string
	// Date, Region, Service and Terminator are the scope of the credential, which Verify checks.
	Date, Region, Service, Terminator string
	// Signed are the names of the signed headers, in lower case and sorted, each once.
	Signed []string
	// Time is when the client signed, by its own clock (AC27).
	Time time.Time
	// Token is the session token, "" if there is none. It need not be signed, so the caller compares it.
	Token     string
	Presigned bool
	// Expires is how long a presigned request is valid from Time, 0 if it does not say.
	Expires time.Duration

	signature string // in hexadecimal
	hash      string // X-Amz-Content-Sha256 of a presigned query
}

// Kind is what is wrong with a signature. What a protocol calls it is the caller's (AC1–AC4).
type Kind int

const (
	// Missing says that a request has no signature (AC20). The text is the one of JSON protocols.
	Missing Kind = iota + 1
	// Incomplete says that a signature is malformed or its algorithm is not supported (AC21).
	Incomplete
	// Mismatch says that the request is not what was signed, or not with this secret (AC21).
	Mismatch
	// Skew says that a client's clock is too far from the server's (AC22). Codes as for Mismatch.
	Skew
	// Scope says that the credential is for another day, region or service (AC23). Codes as for Mismatch.
	Scope
	// Expired says that a presigned request was valid for a time that is over (AC24).
	Expired
)

// Error is why a signature is refused. Message is AWS's text, except where a comment says that it is a choice.
type Error struct {
	Kind    Kind
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	iso8601    = "20060102T150405Z"

	textMissing  = "Missing Authentication Token"
	textMismatch = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)

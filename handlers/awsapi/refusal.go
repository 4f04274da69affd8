package awsapi

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/aws/smithy-go"
)

// Denied is the refusal of a caller that may not do something. Each protocol puts it in AWS's words.
type Denied struct {
	Principal string // ARN of the caller
	Action    string
	Resource  string // as AWS names it: mostly its ARN
	Because   string // the clause of AC6 to AC11, or empty
	// Encoded is the message that only EC2's refusals carry (AC14). Nil: there is none.
	Encoded func() string
}

var _ smithy.APIError = (*Denied)(nil)

// Error is the text of AC5.
func (d *Denied) Error() string {
	text := "User: " + d.Principal + " is not authorized to perform: " + d.Action + " on resource: " + d.Resource
	if d.Because != "" {
		text += " " + d.Because
	}
	return text
}

// ErrorCode implements [smithy.APIError]. It is the code in AWS JSON.
func (d *Denied) ErrorCode() string { return jsonWords.denied }

// ErrorMessage implements [smithy.APIError].
func (d *Denied) ErrorMessage() string { return d.Error() }

// ErrorFault implements [smithy.APIError].
func (d *Denied) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }

// Errors of [Options].Caller and Authenticate.
var (
	ErrTokenInvalid = errors.New("the security token is invalid")
	ErrTokenExpired = errors.New("the security token is expired")
)

// BadSignature is the refusal of how a request is signed, with AWS's message.
type BadSignature struct {
	Fault   SignatureFault
	Message string
}

func (b *BadSignature) Error() string { return b.Message }

// SignatureFault chooses the code of a refusal.
type SignatureFault uint8

// The faults of signatures (AC20 to AC24).
const (
	SignatureMissing    SignatureFault = iota // the request is not signed
	SignatureIncomplete                       // the signature cannot be read
	SignatureWrong                            // it is another one, or of another time, region or service
)

// words are the codes of a protocol for refused callers, and their HTTP statuses (AC1 to AC4).
type words struct {
	denied, invalid, expired, wrong, incomplete, missing string
	ofDenied, ofInvalid, ofExpired, ofWrong, ofMissing   int    // 0: 400, as of what is incomplete
	invalidText, expiredText, wrongText, missingText     string // empty: the texts of all
}

// Words of AWS about keys that do not exist. Source: field reports.
const (
	invalidToken   = "The security token included in the request is invalid."
	expiredToken   = "The security token included in the request is expired"
	missingToken   = "Missing Authentication Token"
	notValidatable = "AWS was not able to validate the provided access credentials"
)

// Source: AC1, AC20, AC21.
var jsonWords = words{
	denied: "AccessDeniedException", invalid: "UnrecognizedClientException", expired: "ExpiredTokenException",
	wrong: "InvalidSignatureException", incomplete: "IncompleteSignatureException", missing: "MissingAuthenticationTokenException",
}

// Source: AC2, AC20.
var queryWords = words{
	denied: "AccessDenied", invalid: "InvalidClientTokenId", expired: "ExpiredToken",
	wrong: "SignatureDoesNotMatch", incomplete: "IncompleteSignature", missing: "MissingAuthenticationToken",
	missingText: "Request is missing Authentication Token",
}.with(http.StatusForbidden)

// Source: AC3; EC2 API reference, error codes, IncompleteSignature.
var ec2Words = words{
	denied: "UnauthorizedOperation", invalid: "AuthFailure", expired: "RequestExpired",
	wrong: "AuthFailure", incomplete: "IncompleteSignature", missing: "AuthFailure",
	ofDenied: http.StatusForbidden, ofInvalid: http.StatusUnauthorized, ofWrong: http.StatusUnauthorized, ofMissing: http.StatusUnauthorized,
	invalidText: notValidatable, expiredText: "Request has expired.", wrongText: notValidatable, missingText: notValidatable,
}

// Source: AC4.
var restWords = jsonWords.with(http.StatusForbidden)

// with are the same words with one status for all but what cannot be read.
func (w words) with(status int) words {
	w.ofDenied, w.ofInvalid, w.ofExpired, w.ofWrong, w.ofMissing = status, status, status, status, status
	return w
}

// refusal is the error of a refused caller in the words of a protocol, or err itself.
func (w *words) refusal(err error) error {
	var denied *Denied
	var signature *BadSignature
	switch {
	case errors.As(err, &denied):
		return &Error{Code: w.denied, Message: w.deniedText(denied), Status: w.ofDenied}
	case errors.As(err, &signature):
		return w.badSignature(signature)
	case errors.Is(err, ErrTokenInvalid):
		return &Error{Code: w.invalid, Message: cmp.Or(w.invalidText, invalidToken), Status: w.ofInvalid}
	case errors.Is(err, ErrTokenExpired):
		return &Error{Code: w.expired, Message: cmp.Or(w.expiredText, expiredToken), Status: w.ofExpired}
	}
	return err
}

func (w *words) badSignature(b *BadSignature) error {
	switch b.Fault {
	case SignatureMissing:
		return &Error{Code: w.missing, Message: cmp.Or(w.missingText, missingToken), Status: w.ofMissing}
	case SignatureIncomplete:
		return &Error{Code: w.incomplete, Message: b.Message}
	}
	return &Error{Code: w.wrong, Message: cmp.Or(w.wrongText, b.Message), Status: w.ofWrong}
}

// deniedText follows AC5, and in EC2 AC14.
func (w *words) deniedText(d *Denied) string {
	if w != &ec2Words {
		return d.Error()
	}
	text := "You are not authorized to perform this operation. " + d.Error()
	if d.Encoded != nil {
		text += ". Encoded authorization failure message: " + d.Encoded()
	}
	return text
}

// s3Words are the words of S3. Source: S3 API reference, error responses; that a request without a signature gets the code of one
// that may not is from there, too.
var s3Words = words{
	denied: "AccessDenied", invalid: "InvalidToken", expired: "ExpiredToken", wrong: "SignatureDoesNotMatch",
	incomplete: "AuthorizationHeaderMalformed", missing: "AccessDenied",
	ofDenied: http.StatusForbidden, ofWrong: http.StatusForbidden, ofMissing: http.StatusForbidden,
	invalidText: "The provided token is malformed or otherwise not valid.", expiredText: "The provided token has expired.",
	missingText: "Access Denied",
}

// Refuse puts the refusal of a caller, of [ScopeOf], [Options.Identify], Authenticate or Authorize, in the words of AWS Query, S3 or, else,
// AWS JSON. Any other error is returned as nil.
func Refuse(err error, query, s3 bool) *Error {
	w := &jsonWords
	switch {
	case query:
		w = &queryWords
	case s3:
		w = &s3Words
	}
	var refusal *Error
	if said := w.refusal(err); said == err || !errors.As(said, &refusal) { //nolint:errorlint // it returns the very error
		return nil
	}
	return refusal
}

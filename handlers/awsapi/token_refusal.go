package awsapi

import (
	"errors"
	"net/http"
)

// Errors of [Options].Caller.
var (
	ErrTokenInvalid = errors.New("the security token is invalid")
	ErrTokenExpired = errors.New("the security token is expired")
)

// Words of AWS about keys that do not exist. Source: field reports; the codes differ from
// framework to framework.
const (
	invalidToken = "The security token included in the request is invalid."
	expiredToken = "The security token included in the request is expired"
)

var (
	jsonInvalid  = Error{Code: "UnrecognizedClientException", Message: invalidToken}
	jsonExpired  = Error{Code: "ExpiredTokenException", Message: expiredToken}
	queryInvalid = Error{Code: "InvalidClientTokenId", Message: invalidToken, Status: http.StatusForbidden}
	queryExpired = Error{Code: "ExpiredToken", Message: expiredToken, Status: http.StatusForbidden}
)

// RefuseToken puts an error of [Options.Identify] in the words of AWS Query, S3 or, else, AWS JSON.
// Any other error is returned as nil.
// Source: S3 API reference, error responses; for the others as below.
func RefuseToken(err error, query, s3 bool) *Error {
	invalid, expired := jsonInvalid, jsonExpired
	switch {
	case query:
		invalid, expired = queryInvalid, queryExpired
	case s3:
		invalid = Error{Code: "InvalidToken", Message: "The provided token is malformed or otherwise not valid.", Status: http.StatusBadRequest}
		expired = Error{Code: "ExpiredToken", Message: "The provided token has expired.", Status: http.StatusBadRequest}
	}
	var refusal *Error
	errors.As(refuseToken(err, &invalid, &expired), &refusal)
	if errors.Is(err, ErrTokenInvalid) || errors.Is(err, ErrTokenExpired) {
		return refusal
	}
	return nil
}

// refuseToken puts an error of [Options].Caller in the words of a protocol.
func refuseToken(err error, invalid, expired *Error) error {
	switch {
	case errors.Is(err, ErrTokenInvalid):
		return invalid
	case errors.Is(err, ErrTokenExpired):
		return expired
	}
	return err
}

// Source: recorded answers of CloudWatch Logs for the status.
func (j *jsonProtocol) refuseToken(err error) error {
	invalid, expired := jsonInvalid, jsonExpired
	return refuseToken(err, &invalid, &expired)
}

// Source: STS API reference, common errors; field reports.
func (q *queryProtocol) refuseToken(err error) error {
	invalid, expired := queryInvalid, queryExpired
	return refuseToken(err, &invalid, &expired)
}

// Source: EC2 API reference, error codes; field reports for the statuses.
func (q *ec2Protocol) refuseToken(err error) error {
	return refuseToken(err,
		&Error{Code: "AuthFailure", Message: "AWS was not able to validate the provided access credentials", Status: http.StatusUnauthorized},
		&Error{Code: "RequestExpired", Message: "Request has expired."})
}

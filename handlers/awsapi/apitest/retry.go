package apitest

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Retryer has the SDK's clients of tests try again where a connection has ended, as they do
// by default, and nothing else: an error of the service is seen as it came. A long answer
// needs it now and then. The client closes the body of its request as soon as the answer
// begins; if net/http has not looked by then whether there is more of that body, it takes
// the end for a failure, and closes the connection.
func Retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}
	})
}

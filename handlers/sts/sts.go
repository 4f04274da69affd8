// Package sts answers the one call of AWS STS that every client tool makes before
// it does anything else: GetCallerIdentity.
package sts

import (
	"context"
	"net/http"
	"net/url"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Handler returns the STS endpoint, which speaks AWS Query.
func Handler(o awsapi.Options) http.Handler {
	return awsapi.Query{
		Service:   "sts",
		Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		Version:   "2011-06-15",
		Operations: map[string]awsapi.QueryOperation{
			"GetCallerIdentity": getCallerIdentity,
		},
		Options: o,
	}.Handler()
}

type callerIdentity struct {
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

// getCallerIdentity answers with the root of the account, for whom UserId is the
// account id.
//
// Source: AWS STS API reference, GetCallerIdentity; IAM identifiers.
func getCallerIdentity(ctx context.Context, _ url.Values) (any, error) {
	call := awsapi.FromContext(ctx)
	return callerIdentity{Arn: call.Principal(), UserID: call.Account, Account: call.Account}, nil
}

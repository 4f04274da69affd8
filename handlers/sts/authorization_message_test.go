package sts_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"

	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
)

func TestDecodeAuthorizationMessage(t *testing.T) {
	f := start(t, false)
	text, err := f.sessions.SealMessage(session.AuthorizationMessage{Context: session.MessageContext{
		Principal: session.MessagePrincipal{ID: "AIDAALICE", Name: "alice", ARN: "arn:aws:iam::123456789012:user/alice"},
		Action:    "RunInstances", Resource: "arn:aws:ec2:eu-west-1:123456789012:instance/*",
	}})
	if err != nil {
		t.Fatal(err)
	}
	decode := func(text string) (*client.DecodeAuthorizationMessageOutput, error) {
		return f.as("test", "secret", "").DecodeAuthorizationMessage(t.Context(), &client.DecodeAuthorizationMessageInput{EncodedMessage: aws.String(text)})
	}
	const want = `{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AIDAALICE",` +
		`"name":"alice","arn":"arn:aws:iam::123456789012:user/alice"},"action":"RunInstances","resource":"arn:aws:ec2:eu-west-1:123456789012:instance/*","conditions":{"items":[]}}}`
	if out, err := decode(text); err != nil || *out.DecodedMessage != want {
		t.Errorf("%v: %+v", err, out)
	}
	for _, other := range []string{text[1:], text[:len(text)-1], text + "\n", "oGsbAaIV7wlfj8zUqebHUANHzFbmkzILlxyj__y9xwhIHk99U", " ", strings.Repeat("A", 10_240)} {
		_, err := decode(other)
		refused(t, err, 400, "InvalidAuthorizationMessageException", "Message is not valid")
	}
	_, err = decode("")
	refused(t, err, 400, "ValidationError", "1 validation error detected: Value '' at 'encodedMessage' failed to satisfy constraint: Member must have length greater than or equal to 1")
	_, err = decode(strings.Repeat("A", 10_241))
	refused(t, err, 400, "ValidationError", "1 validation error detected: Value '"+strings.Repeat("A", 10_241)+"' at 'encodedMessage' failed to satisfy constraint: Member must have length less than or equal to 10240")
}

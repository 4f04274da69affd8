package access

import (
	"errors"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
)

// unsigned are the operations that are called without keys. Source: STS API reference.
var unsigned = map[string]bool{"AssumeRoleWithWebIdentity": true, "AssumeRoleWithSAML": true}

// Authenticate verifies the signature of a request; see awsapi.Options. Calls of the emulator itself are not verified.
func (c *Control) Authenticate(r *http.Request, call *awsapi.Call, body []byte) error {
	if apiclient.IsOwn(r.Context()) {
		return nil
	}
	if call.Issued {
		return c.verify(r, call, body)
	}
	if call.Service == "sts" && unsigned[call.Operation] && call.AccessKeyID == "" {
		return nil
	}
	if c.Caller != "" {
		return c.actAs(call)
	}
	switch {
	case !c.enforces(): // such keys are the account's root
		return nil
	case call.AccessKeyID == "":
		return c.Refuse(call, &awsapi.BadSignature{Fault: awsapi.SignatureMissing})
	}
	return c.Refuse(call, awsapi.ErrTokenInvalid)
}

// verify compares the signature of keys that were issued here. The caller was found by what awsapi has read of the request, so
// the signature has to be of the same key.
func (c *Control) verify(r *http.Request, call *awsapi.Call, body []byte) error {
	signature, _, err := sigv4.Parse(r)
	if err == nil && (signature.AccessKeyID != call.AccessKeyID || signature.Region != call.Region) {
		err = &sigv4.Error{Kind: sigv4.Incomplete, Message: "The credential of the signature is not clear."} // the text is the emulator's
	}
	if err == nil {
		var secret string
		if secret, _, err = c.Issuer.SecretOf(call.AccessKeyID, awsapi.TokenOf(r)); err != nil {
			return c.Refuse(call, err)
		}
		if call.Unread {
			err = c.verifier.VerifyHead(r, signature, secret, call.Service, time.Now())
		} else {
			err = c.verifier.Verify(r, signature, body, secret, call.Service, time.Now())
		}
	}
	if err == nil && call.Caller.LongLived && !call.IsRoot() {
		c.Issuer.Used(awsapi.Scope{AccessKeyID: call.AccessKeyID, Service: call.Service, Region: call.Region})
	}
	var bad *sigv4.Error
	if errors.As(err, &bad) {
		refusal := &awsapi.BadSignature{Fault: awsapi.SignatureWrong, Message: bad.Message}
		switch bad.Kind {
		case sigv4.Missing:
			refusal.Fault = awsapi.SignatureMissing
		case sigv4.Incomplete:
			refusal.Fault = awsapi.SignatureIncomplete
		}
		return c.Refuse(call, refusal)
	}
	return err
}

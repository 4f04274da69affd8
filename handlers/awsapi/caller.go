package awsapi

import (
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// Caller is who has keys that the emulator has given out: a session or a user.
type Caller struct {
	Account string
	Region  string // of calls whose signature names none
	ARN     string // arn:aws:sts::123456789012:assumed-role/role/session, arn:aws:iam::123456789012:user/dev
	UserID  string // AROA…:session, AIDA…
	RoleARN string // empty: it has no role
	// Service is a service of AWS that calls by itself, such as events.amazonaws.com, in place of a user or a role.
	Service string
	// Issuer is the identity provider of a token with which a request comes that has no keys: its ARN, or its name.
	Issuer string
	// LongLived says that the keys are a user's own, not a session's.
	LongLived bool
	// Session is of temporary keys; nil: the keys are long-lived.
	Session *sts.Session
}

// PolicyPrincipal is the caller as policies name principals. One without keys of the emulator's, and the root user with such
// keys, is an unknown one of the account.
func (c Call) PolicyPrincipal() policy.Principal {
	if c.Caller.Service != "" || c.Caller.Issuer != "" {
		return policy.Principal{Service: c.Caller.Service, Issuer: c.Caller.Issuer}
	}
	if c.IsRoot() {
		return policy.Principal{Account: c.Account, Unknown: true}
	}
	id, _, _ := strings.Cut(c.Caller.UserID, ":")
	return policy.Principal{Account: c.Account, ARN: c.Principal(), Role: c.Caller.RoleARN, ID: id}
}

// identify finds out who has signed with keys of the emulator's.
func (o *Options) identify(c *Call, scope Scope, r *http.Request) error {
	token := TokenOf(r)
	caller, known, err := o.Caller(scope, token)
	if err != nil || !known {
		return err
	}
	c.Caller, c.Account, c.Issued = caller, caller.Account, true
	if scope.Region == "" && caller.Region != "" {
		c.Region = caller.Region
	}
	return nil
}

// Identify finds out who has signed a request for a service, by its name in signatures. An error
// is ErrTokenInvalid or ErrTokenExpired where the request has keys of the emulator's that are no
// longer good, which [Refuse] puts in words.
func (o Options) Identify(service string, r *http.Request) (Call, error) {
	o = o.withDefaults(service)
	return o.call(service, r)
}

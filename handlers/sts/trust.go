package sts

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// mayAssume refuses a caller that may not assume a role, which is nil if it does not exist. Where access is checked, the
// caller's policies and the role's trust policy decide together (AC30, AC31). Where it is not, strict roles have to trust
// their caller as far as that is known.
func (a *API) mayAssume(ctx context.Context, in *sts.AssumeRoleInput, role *iam.Role, made *session.Session, p passed) error {
	call := awsapi.FromContext(ctx)
	refusal := func(action string) error {
		return accessDenied("User: %s is not authorized to perform: %s on resource: %s", call.Principal(), action, *in.RoleArn)
	}
	from := call.Caller.Session
	switch {
	case from != nil && from.FederatedName != "": // source: STS API reference, GetFederationToken; the text is a choice
		return refusal(assumeRole)
	case p.sourceIdentity != "" && p.sourceIdentity != made.SourceIdentity: // source: as of follow; the text is a choice
		return refusal(setSourceIdentity)
	}
	keys := keysOf(in, made, p)
	if err := awsapi.AllowAll(ctx, a.wants(*in.RoleArn, role, actionsOf(assumeRole, made), keys)); err != nil {
		return err
	}
	if a.Enforce || !a.StrictRoles {
		return nil
	}
	if role == nil || !role.Trusts(iam.Asking{Caller: call.PolicyPrincipal(), Keys: partial(call, keys, a.Now())}) {
		return refusal(assumeRole) // AC11
	}
	return nil
}

// Actions of trust policies.
const (
	assumeRole                = "sts:AssumeRole"
	assumeRoleWithWebIdentity = "sts:AssumeRoleWithWebIdentity"
	tagSession                = "sts:TagSession"
	setSourceIdentity         = "sts:SetSourceIdentity"
)

// actionsOf are the actions that a session asks for: the ones of its tags and its source identity also if both come from the
// session before it. Source: IAM user guide, session tags; field reports of chains.
func actionsOf(action string, made *session.Session) []string {
	actions := []string{action}
	if len(made.Tags) > 0 {
		actions = append(actions, tagSession)
	}
	if made.SourceIdentity != "" {
		actions = append(actions, setSourceIdentity)
	}
	return actions
}

// wants are actions on a role. One that does not exist has no trust policy: nothing may assume it, or, where roles need not
// exist, all who may by their own policies.
func (a *API) wants(arn string, role *iam.Role, actions []string, keys awsapi.Keys) (wants []awsapi.Access) {
	var trust *policy.Source
	switch {
	case role != nil:
		trust = new(role.Trust())
	case a.StrictRoles:
		trust = new(iam.NoTrust())
	}
	for _, action := range actions {
		wants = append(wants, awsapi.Access{Action: action, Resource: arn, Keys: keys, Trust: trust})
	}
	return wants
}

// keysOf are the condition keys that a request for a role gives (AC62).
func keysOf(in *sts.AssumeRoleInput, made *session.Session, p passed) awsapi.Keys {
	keys := awsapi.Keys{"sts:rolesessionname": policy.Is(*in.RoleSessionName)}
	if in.ExternalId != nil {
		keys["sts:externalid"] = policy.Is(*in.ExternalId)
	}
	if made.SourceIdentity != "" {
		keys["sts:sourceidentity"] = policy.Is(made.SourceIdentity)
	}
	p.addTo(keys)
	return keys
}

// keys are what the trust policy of a role sees of a request for it where access is not checked. Others, such as the tags of
// the caller and whether it has an MFA device, are not known.
type keys struct{ policy.Partial }

func (k keys) Key(name string) policy.Value {
	v := k.Partial.Key(name)
	if v.Unknown && strings.HasPrefix(name, "aws:requesttag/") {
		return policy.Value{}
	}
	return v
}

// partial are those keys of a call, with those that are known to be absent.
func partial(call awsapi.Call, given awsapi.Keys, now time.Time) keys {
	k := keys{policy.Global(call.PolicyPrincipal(), call.Region, now)}
	k.Partial["sts:externalid"], k.Partial["sts:sourceidentity"] = policy.Value{}, policy.Value{}
	k.Partial["sts:transitivetagkeys"], k.Partial["aws:tagkeys"] = policy.Many(nil), policy.Many(nil)
	maps.Copy(k.Partial, given)
	return k
}

// Package sts answers AWS STS: who a caller is, and keys for roles. Where access is checked, the trust policy of a role
// decides with the policies of its caller; where it is not, it counts if roles are strict.
package sts

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

// Options are what the API needs.
type Options struct {
	Store    *store.Store
	Sessions *session.Keys
	// Now is the emulator's time, by which keys expire, and Wall is what the clocks of those
	// who have them show at one of its times.
	Now  func() time.Time
	Wall func(time.Time) time.Time
	// StrictRoles lets a role be assumed only if it exists and trusts who asks. Otherwise
	// the role is not looked up.
	StrictRoles bool
	// Enforce says that policies are enforced: the policies of a caller and a role's trust policy have decided, so that
	// StrictRoles asks the trust policy no more, and root users assume no role.
	Enforce bool
	// Refuse refuses a web identity whose provider is not there or does not know the audience, or lets it through where
	// refusals only are told: then its error is nil. Nil: such a web identity is refused if policies are enforced, and else not
	// looked for.
	Refuse func(call *awsapi.Call, err error) error
	// RoleID is the unique id of the role with an ARN, whether the role exists or not.
	RoleID func(roleARN string) string
}

// API answers from the store.
type API struct{ Options }

func New(o Options) *API { return &API{o} }

var codec = query.New(query.Rules{Names: map[string]string{"PolicyDescriptorType.Arn": "arn"}})

func (a *API) Service() awsapi.Service {
	const version = "2011-06-15"
	return awsapi.Service{
		Name: "sts", ID: sts.ServiceID, Title: "AWS STS", Model: model, Access: access(),
		Protocol: awsapi.Query{Version: version, Namespace: "https://sts.amazonaws.com/doc/" + version + "/", Codec: codec},
		Complete: true,
		Operations: []awsapi.Operation{
			awsapi.Works("GetCallerIdentity", "the session or user whose keys the emulator has given out; for all other keys the root user of the account", a.GetCallerIdentity),
			awsapi.Partial("AssumeRole", "trust policies count with --unknown-roles=false; session policies and tags count where policies are enforced; MFA codes are taken without effect", a.AssumeRole).AsksItself(),
			awsapi.Partial("AssumeRoleWithWebIdentity", "as AssumeRole; the token has to be a JWT that has not expired, its signature is not verified", a.AssumeRoleWithWebIdentity).AsksItself(),
			awsapi.Works("GetSessionToken", "for users and the root user, whose sessions last at most an hour", a.GetSessionToken),
			awsapi.Works("GetFederationToken", "for users and the root user, whose sessions last at most an hour", a.GetFederationToken).AsksItself(),
			awsapi.Works("GetAccessKeyInfo", "the account of a user's key, or else that which is part of the id", a.GetAccessKeyInfo),
			awsapi.Partial("DecodeAuthorizationMessage", "messages of this emulator; refusals carry one with --iam enforce", a.DecodeAuthorizationMessage),

			awsapi.NotBuilt("AssumeRoleWithSAML", "SAML identity providers"),
			awsapi.NotBuilt("AssumeRoot", "AWS Organizations"),
			awsapi.NotBuilt("GetDelegatedAccessToken", "delegated access of partners"),
			awsapi.NotBuilt("GetWebIdentityToken", "an issuer of tokens"),
		},
	}
}

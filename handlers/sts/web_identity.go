package sts

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// AssumeRoleWithWebIdentity gives keys for a role to a caller with an OpenID Connect token.
// The provider is not asked, so the token's signature is not verified.
func (a *API) AssumeRoleWithWebIdentity(ctx context.Context, in *sts.AssumeRoleWithWebIdentityInput) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	if err := checkWebIdentity(in); err != nil {
		return nil, err
	}
	token, err := readToken(*in.WebIdentityToken, a.Wall(a.Now()))
	if err != nil {
		return nil, err
	}
	account := iam.AccountOfARN(*in.RoleArn)
	provider := providerOf(token, account)
	made := token.passed.follow(nil)
	made.Provider = provider.name
	found := iam.RoleByARN(a.Store.Read(), account, *in.RoleArn)
	if err := a.mayAssumeWithToken(ctx, in, found, token, provider, actionsOf(assumeRoleWithWebIdentity, &made)); err != nil {
		return nil, err
	}
	if err := token.passed.check(nil); err != nil {
		return nil, err
	}
	packed, err := pack(&made, in.Policy, in.PolicyArns, token.passed.tags)
	if err != nil {
		return nil, err
	}
	seconds, err := sessionSeconds(found, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	a.begin(&made, awsapi.FromContext(ctx), *in.RoleArn, *in.RoleSessionName)
	keys, err := a.issue(made, seconds, in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.AssumeRoleWithWebIdentityOutput{
		Credentials: keys.Credentials, SessionTokenSize: keys.size, SessionTokenUtilization: keys.utilization,
		//lint:ignore SA1019 STS still answers the retired member
		AssumedRoleUser: assumedRoleUser(made), PackedPolicySize: packed, SourceIdentity: awsapi.Optional(made.SourceIdentity),
		Audience: &token.audience, Provider: &provider.name, SubjectFromWebIdentityToken: &token.subject,
	}, nil
}

func checkWebIdentity(in *sts.AssumeRoleWithWebIdentityInput) error {
	if in.ProviderId != nil { // only with the access tokens of OAuth 2.0 providers
		return awsapi.NotImplemented("sts", "ProviderId of sts AssumeRoleWithWebIdentity")
	}
	return checkRoleAndPolicy(*in.RoleArn, in.Policy)
}

// provider is who has issued a token.
type provider struct {
	url     string // without https://, as condition keys begin with it
	name    string // its ARN; of those that accounts need not have, the url
	builtIn bool
}

// builtIn are providers that IAM knows by itself. Source: IAM user guide, OIDC federation.
var builtIn = []string{"accounts.google.com", "cognito-identity.amazonaws.com"}

func providerOf(token *identity, account iam.Account) provider {
	url := strings.TrimPrefix(strings.TrimPrefix(token.issuer, "https://"), "http://")
	if slices.Contains(builtIn, url) {
		return provider{url: url, name: url, builtIn: true}
	}
	return provider{url: url, name: (&iam.OIDCProvider{Account: account, URL: url}).ARN()}
}

// mayAssumeWithToken refuses a token that may not assume a role, which is nil if it does not exist. Where policies are
// enforced its provider has to be there and to know the audience, and the trust policy has to allow each action. Without,
// strict roles have to trust the issuer as far as the token is known.
func (a *API) mayAssumeWithToken(
	ctx context.Context, in *sts.AssumeRoleWithWebIdentityInput, role *iam.Role, token *identity, from provider, actions []string,
) error {
	given := token.keys(from.url)
	given["sts:rolesessionname"] = policy.Is(*in.RoleSessionName)
	refusal := accessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity") // recorded
	if a.Enforce || a.Refuse != nil {
		if err := a.refuseAudience(ctx, token, from, iam.AccountOfARN(*in.RoleArn)); err != nil {
			return err
		}
	}
	if role != nil || a.StrictRoles {
		if a.allow(ctx, *in.RoleArn, role, from, actions, given) != nil {
			return refusal
		}
	}
	if !a.Enforce && a.StrictRoles && (role == nil || !role.Trusts(iam.Asking{Issuer: token.issuer, Keys: policy.Partial(given)})) {
		return refusal
	}
	return nil
}

// allow asks whether a role's trust policy lets a token of a provider do some actions.
func (a *API) allow(ctx context.Context, roleARN string, role *iam.Role, from provider, actions []string, given awsapi.Keys) error {
	call, account := awsapi.FromContext(ctx), iam.AccountOfARN(roleARN)
	keys := awsapi.Keys(a.keysOfToken(call, account, from, given))
	call.Account, call.Caller = account.ID, awsapi.Caller{Account: account.ID, Issuer: from.name}
	return awsapi.AllowAll(awsapi.NewContext(ctx, call), a.wants(roleARN, role, actions, keys))
}

func (a *API) refuseAudience(ctx context.Context, token *identity, from provider, account iam.Account) error {
	err := a.checkAudience(token, from, account)
	if err == nil || a.Refuse == nil {
		return err
	}
	call := awsapi.FromContext(ctx)
	return a.Refuse(&call, err)
}

// checkAudience wants the token's provider in the account of the role. Texts: field reports; the one of a client that is
// authorized by azp is recorded.
func (a *API) checkAudience(token *identity, from provider, account iam.Account) error {
	if from.builtIn {
		return nil
	}
	found := iam.OIDCProviders.Find(a.Store.Read(), account, from.url)
	switch {
	case found == nil:
		return invalidToken("No OpenIDConnect provider found in your account for " + token.issuer)
	case slices.Contains(found.ClientIDs, token.audience):
		return nil
	case token.authorized:
		return invalidToken("The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.")
	}
	return invalidToken("Incorrect token audience")
}

// keysOfToken are the condition keys of a request with a token: the keys of a principal are recorded.
func (a *API) keysOfToken(call awsapi.Call, account iam.Account, from provider, given awsapi.Keys) policy.Known {
	keys := policy.Known(policy.Global(policy.Principal{Issuer: from.name}, call.Region, a.Now()))
	keys["aws:principalaccount"], keys["aws:principaltype"] = policy.Is(account.ID), policy.Is("User")
	keys["aws:userid"] = policy.Is(from.name)
	maps.Copy(keys, given)
	return keys
}

func invalidToken(why string) error {
	return &types.InvalidIdentityTokenException{Message: aws.String(why)}
}

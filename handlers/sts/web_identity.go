package sts

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// AssumeRoleWithWebIdentity gives keys for a role to a caller with an OpenID Connect token.
// There is no provider to ask, so the token's signature is not verified.
func (a *API) AssumeRoleWithWebIdentity(ctx context.Context, in *sts.AssumeRoleWithWebIdentityInput) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	if err := checkWebIdentity(in); err != nil {
		return nil, err
	}
	token, err := readToken(*in.WebIdentityToken, a.Wall(a.Now()))
	if err != nil {
		return nil, err
	}
	host := strings.TrimPrefix(strings.TrimPrefix(token.Issuer, "https://"), "http://")
	asking := iam.Asking{Issuer: token.Issuer, Keys: policy.Partial{
		strings.ToLower(host) + ":sub": policy.Is(token.Subject), strings.ToLower(host) + ":aud": policy.Is(token.audience()),
		"sts:rolesessionname": policy.Is(*in.RoleSessionName),
	}}
	seconds, err := a.admit(*in.RoleArn, asking, in.DurationSeconds, accessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity"))
	if err != nil {
		return nil, err
	}
	s := a.roleSession(awsapi.FromContext(ctx), *in.RoleArn, *in.RoleSessionName)
	keys, err := a.issue(s, seconds, in.MinimumSessionTokenSize)
	if err != nil {
		return nil, err
	}
	return &sts.AssumeRoleWithWebIdentityOutput{
		Credentials: keys.Credentials, SessionTokenSize: keys.size, SessionTokenUtilization: keys.utilization,
		//lint:ignore SA1019 STS still answers the retired member
		AssumedRoleUser: assumedRoleUser(s), PackedPolicySize: packedSize(in.Policy, in.PolicyArns, nil),
		Audience: aws.String(token.audience()), Provider: &token.Issuer, SubjectFromWebIdentityToken: &token.Subject,
	}, nil
}

func checkWebIdentity(in *sts.AssumeRoleWithWebIdentityInput) error {
	if in.ProviderId != nil { // only with the access tokens of OAuth 2.0 providers
		return awsapi.NotImplemented("sts", "ProviderId of sts AssumeRoleWithWebIdentity")
	}
	return checkRoleAndPolicy(*in.RoleArn, in.Policy)
}

// identity is what an OpenID Connect token says. Source: OpenID Connect Core, ID Token.
type identity struct {
	Issuer   string          `json:"iss"`
	Subject  string          `json:"sub"`
	Audience json.RawMessage `json:"aud"` // one, or a list
	Expires  json.Number     `json:"exp"`
}

func (i *identity) audience() string {
	var one string
	if json.Unmarshal(i.Audience, &one) == nil {
		return one
	}
	var list []string
	if json.Unmarshal(i.Audience, &list) == nil && len(list) > 0 {
		return list[0]
	}
	return ""
}

// readToken reads a JWT. now is by the clock of who made it. The words are those of field
// reports.
func readToken(text string, now time.Time) (*identity, error) {
	parts := strings.Split(text, ".")
	found := &identity{}
	if len(parts) != 3 {
		return nil, invalidToken("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(claims, found) != nil {
		return nil, invalidToken("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	}
	if found.Issuer == "" || found.Subject == "" || found.audience() == "" {
		return nil, invalidToken("Missing a required claim: iss, sub or aud")
	}
	seconds, err := found.Expires.Float64()
	if err != nil {
		return nil, invalidToken("Missing a required claim: exp")
	}
	if end := int64(seconds); now.Unix() >= end {
		return nil, &types.ExpiredTokenException{Message: aws.String(fmt.Sprintf(
			"Token expired: current date/time %d must be before the expiration date/time %d", now.Unix(), end))}
	}
	return found, nil
}

func invalidToken(why string) error { return &types.InvalidIdentityTokenException{Message: &why} }

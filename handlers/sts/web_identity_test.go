package sts_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// token is a JWT with some claims beside those that each has.
func token(more string) string {
	return jwt(fmt.Sprintf(`{"iss":"https://ci.example.com/path","iat":1,"exp":%d%s}`, now.Add(time.Hour-ahead).Unix(), more))
}

// provider makes the provider of such tokens in the account 123456789012, for a client.
func (f *fixture) provider() {
	f.Helper()
	p := &iam.OIDCProvider{Account: iam.Account{Partition: "aws", ID: "123456789012"}, URL: "ci.example.com/path", ClientIDs: []string{"deploy", "sts.amazonaws.com"}}
	if err := f.store.Update(func(tx *store.Tx) error { iam.OIDCProviders.Put(tx, p); return nil }); err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) anonymous() *client.Client {
	return client.New(client.Options{Region: "eu-west-1", BaseEndpoint: &f.url, Retryer: aws.NopRetryer{}})
}

const (
	providerARN    = "arn:aws:iam::123456789012:oidc-provider/ci.example.com/path"
	trustsProvider = `"Principal":{"Federated":"` + providerARN + `"},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"]`
)

// The provider, the audience and the conditions of a trust policy count. Source: recorded answers, apart from the two texts
// about providers and audiences, which are of field reports.
func TestTokensThatAreEnforced(t *testing.T) {
	const notAuthorized = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
	for name, test := range map[string]struct {
		trust, claims string
		code, text    string // empty: it gets keys
	}{
		"a token":          {trustsProvider, `,"sub":"a","aud":"deploy"`, "", ""},
		"another audience": {trustsProvider, `,"sub":"a","aud":"other"`, "InvalidIdentityToken", "Incorrect token audience"},
		"one of many audiences": {trustsProvider, `,"sub":"a","aud":["deploy","other"]`, "InvalidIdentityToken",
			"Token audience contains more than one audience while authorized party is not present"},
		"a list of one audience": {trustsProvider, `,"sub":"a","aud":["deploy"]`, "", ""},
		"an authorized party":    {trustsProvider, `,"sub":"a","aud":["x","y"],"azp":"deploy"`, "", ""},
		"another party": {trustsProvider, `,"sub":"a","aud":"deploy","azp":"other"`, "InvalidIdentityToken",
			"The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements."},
		"an empty subject":  {trustsProvider, `,"sub":"","aud":"deploy"`, "", ""},
		"no subject":        {trustsProvider, `,"aud":"deploy"`, "InvalidIdentityToken", "Missing a required claim: sub"},
		"no audience":       {trustsProvider, `,"sub":"a"`, "InvalidIdentityToken", "Missing a required claim: aud"},
		"half a second":     {trustsProvider, `,"sub":"a","aud":"deploy","exp":1.5`, "InvalidIdentityToken", "Invalid timestamp in token claims."},
		"seconds as a text": {trustsProvider, `,"sub":"a","aud":"deploy","exp":"99999999999"`, "", ""},

		"a condition that holds": {trustsProvider + `,"Condition":{"StringLike":{"ci.example.com/path:sub":"repo:*"},"StringEquals":{"CI.example.com/path:aud":"deploy"}}`,
			`,"sub":"repo:shop","aud":"deploy"`, "", ""},
		"a condition that does not": {trustsProvider + `,"Condition":{"StringLike":{"ci.example.com/path:sub":"repo:*"}}`,
			`,"sub":"user","aud":"deploy"`, "AccessDenied", notAuthorized},
		"a key that the token does not have": {trustsProvider + `,"Condition":{"ForAnyValue:StringEquals":{"ci.example.com/path:amr":"mfa"}}`,
			`,"sub":"a","aud":"deploy"`, "AccessDenied", notAuthorized},
		"methods": {trustsProvider + `,"Condition":{"ForAnyValue:StringEquals":{"ci.example.com/path:amr":"mfa"}}`,
			`,"sub":"a","aud":"deploy","amr":["pwd","mfa"]`, "", ""},
		"keys of the principal": {trustsProvider + `,"Condition":{"StringEquals":{"aws:PrincipalType":"User","aws:PrincipalAccount":"123456789012",
			"aws:userid":"` + providerARN + `"},"Null":{"aws:PrincipalArn":"true"}}`, `,"sub":"a","aud":"deploy"`, "", ""},
		"all of AWS": {`"Principal":{"AWS":"*"},"Action":"sts:AssumeRoleWithWebIdentity"`, `,"sub":"a","aud":"deploy"`, "AccessDenied", notAuthorized},
		"another account's provider": {`"Principal":{"Federated":"arn:aws:iam::999999999999:oidc-provider/ci.example.com/path"},"Action":"sts:AssumeRoleWithWebIdentity"`,
			`,"sub":"a","aud":"deploy"`, "AccessDenied", notAuthorized},
		"another action": {`"Principal":{"Federated":"` + providerARN + `"},"Action":"sts:AssumeRole"`, `,"sub":"a","aud":"deploy"`, "AccessDenied", notAuthorized},

		"tags that the role does not take": {`"Principal":{"Federated":"` + providerARN + `"},"Action":"sts:AssumeRoleWithWebIdentity"`,
			`,"sub":"a","aud":"deploy","https://aws.amazon.com/tags":{"principal_tags":{"Team":["shop"]}}`, "AccessDenied", notAuthorized},
		"tags by a condition": {trustsProvider + `,"Condition":{"StringEquals":{"aws:RequestTag/Team":"shop"}}`,
			`,"sub":"a","aud":"deploy","https://aws.amazon.com/tags":{"principal_tags":{"Team":["shop"]}}`, "", ""},
		"tags that are no lists": {trustsProvider, `,"sub":"a","aud":"deploy","https://aws.amazon.com/tags":{"principal_tags":{"Team":"shop"}}`,
			"InvalidIdentityToken", "principal_tags passed in claim is not in correct format."},
		"tags with two values": {trustsProvider, `,"sub":"a","aud":"deploy","https://aws.amazon.com/tags":{"principal_tags":{"Team":["shop","bank"]}}`,
			"InvalidIdentityToken", "principal_tags passed in claim is not in correct format."},
		"a source identity that the role does not take": {
			`"Principal":{"Federated":"` + providerARN + `"},"Action":"sts:AssumeRoleWithWebIdentity"`,
			`,"sub":"a","aud":"deploy","https://aws.amazon.com/source_identity":"alice"`, "AccessDenied", notAuthorized},
		"an expired token": {trustsProvider, `,"sub":"a","aud":"deploy","exp":1000`, "ExpiredTokenException",
			fmt.Sprintf("Token expired: current date/time %d must be before the expiration date/time 1000", now.Add(-ahead).Unix()-300)},
	} {
		f := enforce(t)
		f.provider()
		_, err := f.anonymous().AssumeRoleWithWebIdentity(t.Context(), webIdentity(f.role("ci", "/", test.trust, 3600), token(test.claims)))
		switch status := 400; {
		case test.code == "":
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		default:
			if test.code == "AccessDenied" {
				status = 403
			}
			refused(t, err, status, test.code, test.text)
		}
	}
}

// What a trust policy says of a token is decided as of other callers: it is seen, and let through where denials only are told.
func TestTokensAreAsked(t *testing.T) {
	f := startWith(t, sts.Options{}, true)
	f.logs = true
	role := f.role("ci", "/", trustsProvider+`,"Condition":{"StringLike":{"ci.example.com/path:sub":"repo:*"}}`, 3600)
	for _, subject := range []string{"user", "repo:shop"} {
		if _, err := f.anonymous().AssumeRoleWithWebIdentity(t.Context(), webIdentity(role, token(`,"sub":"`+subject+`","aud":"deploy"`))); err != nil {
			t.Errorf("%s: %v", subject, err)
		}
	}
	want := "User: " + providerARN + " is not authorized to perform: sts:AssumeRoleWithWebIdentity on resource: " + role
	if len(f.denied) != 1 || f.denied[0].Error() != want {
		t.Errorf("denied are %v, want %s", f.denied, want)
	}
}

// Where refusals only are told, a token of a provider that is not there, and one for another audience, gets keys as without access.
func TestTokensThatWouldBeRefused(t *testing.T) {
	var told []string
	f := startWith(t, sts.Options{Refuse: func(call *awsapi.Call, err error) error {
		told = append(told, call.Operation+": "+err.Error())
		return nil
	}}, true)
	f.logs = true
	role := f.role("ci", "/", trustsProvider, 3600)
	assume := func(audience string) {
		t.Helper()
		if _, err := f.anonymous().AssumeRoleWithWebIdentity(t.Context(), webIdentity(role, token(`,"sub":"a","aud":"`+audience+`"`))); err != nil {
			t.Error(err)
		}
	}
	assume("deploy")
	f.provider()
	assume("other")
	assume("deploy")
	if len(told) != 2 || !strings.Contains(told[0], "AssumeRoleWithWebIdentity: ") ||
		!strings.Contains(told[0], "No OpenIDConnect provider found in your account for https://ci.example.com/path") ||
		!strings.Contains(told[1], "Incorrect token audience") {
		t.Errorf("told are %q", told)
	}
}

func TestTokensOfProvidersThatAreNotThere(t *testing.T) {
	f := enforce(t)
	role := f.role("ci", "/", trustsProvider, 3600)
	_, err := f.anonymous().AssumeRoleWithWebIdentity(t.Context(), webIdentity(role, token(`,"sub":"a","aud":"deploy"`)))
	refused(t, err, 400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://ci.example.com/path")
	f.provider()
	_, err = f.anonymous().AssumeRoleWithWebIdentity(t.Context(), webIdentity("arn:aws:iam::123456789012:role/missing", token(`,"sub":"a","aud":"deploy"`)))
	refused(t, err, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	google := f.role("google", "/", `"Principal":{"Federated":"accounts.google.com"},"Action":"sts:AssumeRoleWithWebIdentity",
		"Condition":{"StringEquals":{"accounts.google.com:aud":"app","accounts.google.com:oaud":"project"}}`, 3600)
	claims := fmt.Sprintf(`{"iss":"https://accounts.google.com","sub":"1","aud":"project","azp":"app","exp":%d}`, now.Add(time.Hour).Unix())
	out, err := f.anonymous().AssumeRoleWithWebIdentity(t.Context(), webIdentity(google, jwt(claims)))
	if err != nil || *out.Provider != "accounts.google.com" || *out.Audience != "app" {
		t.Errorf("Google: %+v, %v", out, err)
	}
}

// A token passes tags and a source identity, in one of two forms, and the session has its provider.
func TestTokensPassTags(t *testing.T) {
	f := enforce(t)
	f.provider()
	role := f.role("ci", "/", trustsProvider, 3600)
	for _, tags := range []string{
		`"https://aws.amazon.com/tags":{"principal_tags":{"Team":["shop"],"Cost":["9"]},"transitive_tag_keys":["Team"]}`,
		`"https://aws.amazon.com/tags/principal_tags/Team":"shop","https://aws.amazon.com/tags/principal_tags/Cost":"9","https://aws.amazon.com/tags/transitive_tag_keys":["Team"]`,
	} {
		out, err := f.anonymous().AssumeRoleWithWebIdentity(t.Context(),
			webIdentity(role, token(`,"sub":"a","aud":"deploy","https://aws.amazon.com/source_identity":"alice",`+tags)))
		if err != nil {
			t.Error(err)
			continue
		}
		s, _, err := f.sessions.Open(*out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
		if err != nil || !maps.Equal(s.Tags, map[string]string{"Team": "shop", "Cost": "9"}) || !slices.Equal(s.Transitive, []string{"Team"}) ||
			s.SourceIdentity != "alice" || aws.ToString(out.SourceIdentity) != "alice" || s.Provider != providerARN {
			t.Errorf("%s: the session is %+v, %v", tags, s, err)
		}
	}
}

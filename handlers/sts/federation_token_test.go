package sts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

func federate(name string) *client.GetFederationTokenInput {
	return &client.GetFederationTokenInput{Name: &name}
}

func TestGetFederationToken(t *testing.T) {
	f := start(t, false)
	for key, test := range map[string]struct {
		account, user string
		longest       time.Duration
	}{
		userKey: {alice.Account, alice.UserID, 36 * time.Hour}, "111122223333": {"111122223333", "", time.Hour},
	} {
		in := federate("Bob")
		in.DurationSeconds, in.Tags = aws.Int32(129600), []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}
		in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}
		out, err := f.as(key, "secret", "").GetFederationToken(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		arn := "arn:aws:sts::" + test.account + ":federated-user/Bob"
		if *out.FederatedUser.Arn != arn || *out.FederatedUser.FederatedUserId != test.account+":Bob" {
			t.Errorf("the federated user is %s, %s", *out.FederatedUser.Arn, *out.FederatedUser.FederatedUserId)
		}
		if got := out.Credentials.Expiration.Sub(now.Add(-ahead)); got != test.longest {
			t.Errorf("%s: 36 hours are %s", key, got)
		}
		s, _, err := f.sessions.Open(*out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
		if err != nil || s.OfUser != test.user || s.Tags["team"] != "shop" || s.Transitive != nil || len(s.PolicyARNs) != 1 {
			t.Errorf("the session is %+v, %v", s, err)
		}
		as := f.with(out.Credentials)
		if me, err := as.GetCallerIdentity(t.Context(), nil); err != nil || *me.Arn != arn || *me.UserId != test.account+":Bob" {
			t.Errorf("the caller is %+v, %v", me, err)
		}
		// Source: STS API reference, GetFederationToken, permissions.
		_, err = as.GetFederationToken(t.Context(), federate("Eve"))
		refused(t, err, 403, "AccessDenied", "Cannot call GetFederationToken with session credentials")
		_, err = as.GetSessionToken(t.Context(), nil)
		refused(t, err, 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
		role := f.role("app", "/", anybody, 3600)
		_, err = as.AssumeRole(t.Context(), assume(role))
		refused(t, err, 403, "AccessDenied", "User: "+arn+" is not authorized to perform: sts:AssumeRole on resource: "+role)
	}
}

func TestGetFederationTokenByDefault(t *testing.T) {
	f := start(t, false)
	for key, want := range map[string]time.Duration{userKey: 12 * time.Hour, rootKey: time.Hour, "test": time.Hour} {
		out, err := f.as(key, "secret", "").GetFederationToken(t.Context(), federate("Bob"))
		if err != nil {
			t.Fatal(err)
		}
		//lint:ignore SA1019 the retired member is still answered
		if got := out.Credentials.Expiration.Sub(now.Add(-ahead)); got != want || aws.ToInt32(out.PackedPolicySize) != 0 || out.PackedPolicySize == nil { // recorded
			//lint:ignore SA1019 the retired member is still answered
			t.Errorf("%s: it lasts %s, and its policies take %v", key, got, out.PackedPolicySize)
		}
	}
}

func TestGetFederationTokenRefusesWhatAWSRefuses(t *testing.T) {
	f := start(t, false)
	call := func(change func(*client.GetFederationTokenInput)) error {
		in := federate("Bob")
		change(in)
		_, err := f.as(userKey, "secret", "").GetFederationToken(t.Context(), in)
		return err
	}
	refused(t, call(func(in *client.GetFederationTokenInput) { in.Name = aws.String("B") }), 400, "ValidationError",
		"1 validation error detected: Value 'B' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2")
	refused(t, call(func(in *client.GetFederationTokenInput) { in.Policy = aws.String("{}") }), 400, "MalformedPolicyDocument", "Syntax errors in policy.")
	refused(t, call(func(in *client.GetFederationTokenInput) {
		in.Tags = []types.Tag{{Key: aws.String("a"), Value: aws.String("")}, {Key: aws.String("A"), Value: aws.String("")}}
	}), 400, "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	err := call(func(in *client.GetFederationTokenInput) {
		in.PolicyArns = slices.Repeat([]types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}, 11)
	})
	if err == nil || !strings.Contains(err.Error(), "'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10") {
		t.Errorf("eleven policies: %v", err)
	}
}

func TestGetFederationTokenAsks(t *testing.T) {
	f := enforce(t)
	const bobs = "arn:aws:sts::123456789012:federated-user/Bob"
	f.allows[alice.ARN] = `{"Effect":"Allow","Action":"sts:GetFederationToken","Resource":"` + bobs + `"}`
	as := f.as(userKey, "secret", "")
	if _, err := as.GetFederationToken(t.Context(), federate("Bob")); err != nil {
		t.Error(err)
	}
	_, err := as.GetFederationToken(t.Context(), federate("Eve"))
	refused(t, err, 403, "AccessDenied", "User: "+alice.ARN+" is not authorized to perform: sts:GetFederationToken on resource: "+
		"arn:aws:sts::123456789012:federated-user/Eve because no identity-based policy allows the sts:GetFederationToken action")
	in := federate("Bob")
	in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}
	_, err = as.GetFederationToken(t.Context(), in)
	refused(t, err, 403, "AccessDenied", "User: "+alice.ARN+" is not authorized to perform: sts:TagSession on resource: "+bobs+
		" because no identity-based policy allows the sts:TagSession action")
}

// Source: STS API reference, GetSessionToken, permissions.
func TestSessionsOfUsersCallTwoOperations(t *testing.T) {
	f := enforce(t)
	f.allows[alice.ARN] = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	out, err := f.as(userKey, "secret", "").GetSessionToken(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	as := f.with(out.Credentials)
	if me, err := as.GetCallerIdentity(t.Context(), nil); err != nil || *me.Arn != alice.ARN {
		t.Errorf("the caller is %+v, %v", me, err)
	}
	f.assumed(as, assume(f.trusting("app", "")))
	_, err = as.GetAccessKeyInfo(t.Context(), &client.GetAccessKeyInfoInput{AccessKeyId: out.Credentials.AccessKeyId})
	refused(t, err, 403, "AccessDenied", "Cannot call GetAccessKeyInfo with session credentials")
	_, err = as.GetFederationToken(t.Context(), federate("Bob"))
	refused(t, err, 403, "AccessDenied", "Cannot call GetFederationToken with session credentials")
}

package sts_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

const anybody = `"Principal":{"AWS":"*"},"Action":"sts:AssumeRole"`

func assume(role string) *client.AssumeRoleInput {
	return &client.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("probe")}
}

func TestAssumedRolesActAsSuch(t *testing.T) {
	f := start(t, false)
	role := f.role("app", "/team/", anybody, 7200)
	out, err := f.as("000000000000", "secret", "").AssumeRole(t.Context(), assume(role))
	if err != nil {
		t.Fatal(err)
	}
	const arn = "arn:aws:sts::123456789012:assumed-role/app/probe"
	if *out.AssumedRoleUser.Arn != arn || *out.AssumedRoleUser.AssumedRoleId != "AROAEXAMPLEAPP:probe" {
		t.Errorf("assumed %s, %s", *out.AssumedRoleUser.Arn, *out.AssumedRoleUser.AssumedRoleId)
	}
	if want := now.Add(time.Hour - ahead); !out.Credentials.Expiration.Equal(want) {
		t.Errorf("keys expire at %s by the caller's clock, want %s", out.Credentials.Expiration, want)
	}
	//lint:ignore SA1019 the retired member is still answered
	if out.PackedPolicySize != nil || int(*out.SessionTokenSize) != len(*out.Credentials.SessionToken) || *out.SessionTokenUtilization < 1 {
		//lint:ignore SA1019 the retired member is still answered
		t.Errorf("sizes are %v, %d, %d%%", out.PackedPolicySize, *out.SessionTokenSize, *out.SessionTokenUtilization)
	}
	me, err := f.with(out.Credentials).GetCallerIdentity(t.Context(), nil)
	if err != nil || *me.Arn != arn || *me.UserId != "AROAEXAMPLEAPP:probe" || *me.Account != "123456789012" {
		t.Errorf("the caller is %+v: %v", me, err)
	}
	again, err := f.as("000000000000", "secret", "").AssumeRole(t.Context(), assume(role))
	if err != nil || *again.Credentials.AccessKeyId == *out.Credentials.AccessKeyId {
		t.Errorf("two sessions share keys: %v", err)
	}
	info, err := f.with(out.Credentials).GetAccessKeyInfo(t.Context(), &client.GetAccessKeyInfoInput{AccessKeyId: out.Credentials.AccessKeyId})
	if err != nil || *info.Account != "123456789012" {
		t.Errorf("the key is of %+v: %v", info, err)
	}
}

func TestWhatIsOptionalInAssumeRole(t *testing.T) {
	f := start(t, false)
	in := assume("arn:aws:iam::123456789012:role/never-made")
	in.DurationSeconds, in.MinimumSessionTokenSize, in.SourceIdentity = aws.Int32(43200), aws.Int32(3000), aws.String("alice")
	in.Policy = aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}
	in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}
	out, err := f.as("test", "secret", "").AssumeRole(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(*out.Credentials.SessionToken); n < 3000 || n > 3010 {
		t.Errorf("the token has %d bytes", n)
	}
	//lint:ignore SA1019 the retired member is still answered
	if aws.ToInt32(out.PackedPolicySize) != 7 || *out.SourceIdentity != "alice" || !out.Credentials.Expiration.Equal(now.Add(12*time.Hour-ahead)) {
		//lint:ignore SA1019 the retired member is still answered
		t.Errorf("got %d%%, %s, %s", aws.ToInt32(out.PackedPolicySize), *out.SourceIdentity, out.Credentials.Expiration)
	}
	if me, err := f.with(out.Credentials).GetCallerIdentity(t.Context(), nil); err != nil || !strings.HasPrefix(*me.UserId, "AROA") || len(*me.UserId) != len("AROA:probe")+17 {
		t.Errorf("the caller is %+v: %v", me, err)
	}
}

func TestAssumeRoleRefusesWhatAWSRefuses(t *testing.T) {
	f := start(t, false)
	role := f.role("app", "/", anybody, 3600)
	call := func(key string, change func(*client.AssumeRoleInput)) error {
		in := assume(role)
		change(in)
		_, err := f.as(key, "secret", "").AssumeRole(t.Context(), in)
		return err
	}
	for want, change := range map[string]func(*client.AssumeRoleInput){
		`1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`: func(in *client.AssumeRoleInput) {
			in.RoleSessionName = aws.String("a b")
		},
		`2 validation errors detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; ` +
			`Value '60' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`: func(in *client.AssumeRoleInput) {
			in.RoleSessionName, in.DurationSeconds = aws.String("x"), aws.Int32(60)
		},
		`1 validation error detected: Value '86400' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200`: func(in *client.AssumeRoleInput) {
			in.DurationSeconds = aws.Int32(86400)
		},
		`1 validation error detected: Value 'app' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20`: func(in *client.AssumeRoleInput) {
			in.RoleArn = aws.String("app")
		},
		`arn:aws:iam::123456789012:user/alice is invalid`: func(in *client.AssumeRoleInput) {
			in.RoleArn = aws.String("arn:aws:iam::123456789012:user/alice")
		},
		`arn:aws:iam:::role/admin is invalid`: func(in *client.AssumeRoleInput) {
			in.RoleArn = aws.String("arn:aws:iam:::role/admin")
		},
		`The requested DurationSeconds exceeds the MaxSessionDuration set for this role.`: func(in *client.AssumeRoleInput) {
			in.DurationSeconds = aws.Int32(3601)
		},
	} {
		refused(t, call("test", change), 400, "ValidationError", want)
	}
	refused(t, call("test", func(in *client.AssumeRoleInput) { in.Policy = aws.String("{}") }), 400, "MalformedPolicyDocument", "Syntax errors in policy.")
	refused(t, call("test", func(in *client.AssumeRoleInput) {
		in.ProvidedContexts = []types.ProvidedContext{{ContextAssertion: aws.String("text")}}
	}), 501, "NotImplementedException", "ecs-emulator does not implement ProvidedContexts of sts AssumeRole; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/sts.md.")
}

func TestChainedSessionsLastAnHour(t *testing.T) {
	f := start(t, false)
	first, err := f.as("test", "secret", "").AssumeRole(t.Context(), assume("arn:aws:iam::123456789012:role/first"))
	if err != nil {
		t.Fatal(err)
	}
	in := assume("arn:aws:iam::123456789012:role/second")
	in.DurationSeconds = aws.Int32(3601)
	_, err = f.with(first.Credentials).AssumeRole(t.Context(), in)
	refused(t, err, 400, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	in.DurationSeconds = aws.Int32(3600)
	if _, err := f.with(first.Credentials).AssumeRole(t.Context(), in); err != nil {
		t.Error(err)
	}
}

func TestStrictRolesHaveToTrustTheirCaller(t *testing.T) {
	f := start(t, true)
	const own, foreign = "123456789012", "999999999999"
	trusting := func(name, principal string) string {
		return f.role(name, "/", `"Principal":`+principal+`,"Action":"sts:AssumeRole"`, 3600)
	}
	first := trusting("first", `"*"`)
	for name, test := range map[string]struct {
		principal string
		keys      map[string]bool // an account, or a session of the role "first"
	}{
		"tasks":   {`{"Service":"ecs-tasks.amazonaws.com"}`, map[string]bool{own: false, foreign: false, "first": false}},
		"account": {`{"AWS":"arn:aws:iam::123456789012:root"}`, map[string]bool{own: true, foreign: false, "first": true}},
		"digits":  {`{"AWS":["999999999999"]}`, map[string]bool{own: false, foreign: true, "first": false}},
		"user":    {`{"AWS":"arn:aws:iam::123456789012:user/alice"}`, map[string]bool{own: true, foreign: false, "first": false}},
		"role":    {`{"AWS":"` + first + `"}`, map[string]bool{foreign: false, "first": true}},
		"session": {`{"AWS":"arn:aws:sts::123456789012:assumed-role/first/probe"}`, map[string]bool{foreign: false, "first": true}},
	} {
		role := trusting(name, test.principal)
		for key, want := range test.keys {
			c, arn := f.as(key, "secret", ""), "arn:aws:iam::"+key+":root"
			if key == "first" {
				out, err := f.as(own, "secret", "").AssumeRole(t.Context(), assume(first))
				if err != nil {
					t.Fatal(err)
				}
				c, arn = f.with(out.Credentials), *out.AssumedRoleUser.Arn
			}
			_, err := c.AssumeRole(t.Context(), assume(role))
			if want && err != nil {
				t.Errorf("%s does not trust %s: %v", name, key, err)
			} else if !want {
				refused(t, err, 403, "AccessDenied", "User: "+arn+" is not authorized to perform: sts:AssumeRole on resource: "+role)
			}
		}
	}
	missing := "arn:aws:iam::123456789012:role/missing"
	_, err := f.as(own, "secret", "").AssumeRole(t.Context(), assume(missing))
	refused(t, err, 403, "AccessDenied", "User: arn:aws:iam::123456789012:root is not authorized to perform: sts:AssumeRole on resource: "+missing)
}

func TestStrictRolesMayDemandAnExternalID(t *testing.T) {
	f := start(t, true)
	role := f.role("partner", "/", anybody+`,"Condition":{"StringEquals":{"sts:ExternalId":"secret-handshake"}}`, 3600)
	for id, want := range map[string]bool{"": false, "another": false, "secret-handshake": true} {
		in := assume(role)
		if id != "" {
			in.ExternalId = &id
		}
		if _, err := f.as("test", "secret", "").AssumeRole(t.Context(), in); (err == nil) != want {
			t.Errorf("with %q: %v", id, err)
		}
	}
}

// Conditions see the request. Keys of a caller that are not known let it in.
func TestStrictRolesSeeTheRequest(t *testing.T) {
	f := start(t, true)
	first := f.role("first", "/", anybody, 3600)
	session, err := f.as("test", "secret", "").AssumeRole(t.Context(), assume(first))
	if err != nil {
		t.Fatal(err)
	}
	tagged := func(in *client.AssumeRoleInput) {
		in.Tags = []types.Tag{{Key: aws.String("Team"), Value: aws.String("shop")}, {Key: aws.String("env"), Value: aws.String("test")}}
		in.TransitiveTagKeys, in.SourceIdentity = []string{"Team"}, aws.String("alice")
	}
	plain := func(*client.AssumeRoleInput) {}
	for i, test := range []struct {
		condition string
		change    func(*client.AssumeRoleInput)
		want      bool
	}{
		{`{"StringEquals":{"sts:RoleSessionName":"probe"}}`, plain, true},
		{`{"StringEquals":{"sts:RoleSessionName":"another"}}`, plain, false},
		{`{"StringEquals":{"aws:RequestTag/team":"shop"}}`, tagged, true},
		{`{"StringEquals":{"aws:RequestTag/team":"bank"}}`, tagged, false},
		{`{"StringEquals":{"aws:RequestTag/team":"shop"}}`, plain, false},
		{`{"ForAllValues:StringEquals":{"aws:TagKeys":["Team"]}}`, tagged, false},
		{`{"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":"Team"}}`, tagged, true},
		{`{"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":"env"}}`, tagged, false},
		{`{"StringLike":{"sts:SourceIdentity":"al*"}}`, tagged, true},
		{`{"StringLike":{"sts:SourceIdentity":"al*"}}`, plain, false},
		{`{"Null":{"sts:ExternalId":"false"}}`, plain, false},
		{`{"DateLessThan":{"aws:CurrentTime":"2031-05-01T12:00:01Z"}}`, plain, true},
		{`{"DateLessThan":{"aws:CurrentTime":"2031-05-01T12:00:00Z"}}`, plain, false},
		{`{"ArnEquals":{"aws:PrincipalArn":"` + first + `"}}`, plain, true},
		{`{"ArnEquals":{"aws:PrincipalArn":"` + first + `-2"}}`, plain, false},
		{`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, plain, true},
		{`{"StringEquals":{"sts:RoleSessionName":"${aws:PrincipalTag/name}"}}`, plain, true},
		{`{"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}`, plain, false}, // a session has none
		{`{"StringLike":{"aws:userid":"AROA*:probe"}}`, plain, true},
		{`{"StringLike":{"aws:userid":"AIDA*"}}`, plain, false},
	} {
		in := assume(f.role(fmt.Sprint("seen-", i), "/", anybody+`,"Condition":`+test.condition, 3600))
		test.change(in)
		if _, err := f.with(session.Credentials).AssumeRole(t.Context(), in); (err == nil) != test.want {
			t.Errorf("%s: %v", test.condition, err)
		}
	}
	// Of a caller without keys of the emulator's the account is known.
	in := assume(f.role("of-a-role", "/", anybody+`,"Condition":{"ArnEquals":{"aws:PrincipalArn":"`+first+`-2"},
		"StringEquals":{"aws:PrincipalAccount":"123456789012","sts:RoleSessionName":"${aws:username}"}}`, 3600))
	if _, err := f.as("123456789012", "secret", "").AssumeRole(t.Context(), in); err != nil {
		t.Error(err)
	}
	_, err = f.as("999999999999", "secret", "").AssumeRole(t.Context(), in)
	refused(t, err, 403, "AccessDenied", "User: arn:aws:iam::999999999999:root is not authorized to perform: sts:AssumeRole on resource: "+*in.RoleArn)
}

// jwt is a token whose signature cannot be verified.
func jwt(claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256"}`)) + "." + part([]byte(claims)) + ".c2lnbmF0dXJl"
}

func webIdentity(role, token string) *client.AssumeRoleWithWebIdentityInput {
	return &client.AssumeRoleWithWebIdentityInput{RoleArn: &role, RoleSessionName: aws.String("ci-job"), WebIdentityToken: &token}
}

func TestAssumeRoleWithWebIdentity(t *testing.T) {
	trust := `"Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/ci.example.com"},"Action":"sts:AssumeRoleWithWebIdentity",` +
		`"Condition":{"StringLike":{"ci.example.com:sub":"repo:shop/*"},"StringEquals":{"ci.example.com:aud":"sts.amazonaws.com"}}`
	later := now.Add(time.Hour - ahead).Unix() // by the clock of who made the token
	good := jwt(fmt.Sprintf(`{"iss":"https://ci.example.com","sub":"repo:shop/web","aud":"sts.amazonaws.com","exp":%d}`, later))
	for _, strict := range []bool{false, true} {
		f := start(t, strict)
		role := f.role("ci", "/", trust, 3600)
		anonymous := client.New(client.Options{Region: "eu-west-1", BaseEndpoint: &f.url, Retryer: aws.NopRetryer{}})
		out, err := anonymous.AssumeRoleWithWebIdentity(t.Context(), webIdentity(role, good))
		if err != nil {
			t.Fatal(err)
		}
		if *out.Provider != "arn:aws:iam::123456789012:oidc-provider/ci.example.com" || *out.Audience != "sts.amazonaws.com" || *out.SubjectFromWebIdentityToken != "repo:shop/web" {
			t.Errorf("got %s, %s, %s", *out.Provider, *out.Audience, *out.SubjectFromWebIdentityToken)
		}
		if me, err := f.with(out.Credentials).GetCallerIdentity(t.Context(), nil); err != nil || *me.Arn != "arn:aws:sts::123456789012:assumed-role/ci/ci-job" {
			t.Errorf("the caller is %+v: %v", me, err)
		}
		call := func(token string) error {
			_, err := anonymous.AssumeRoleWithWebIdentity(t.Context(), webIdentity(role, token))
			return err
		}
		refused(t, call("opaque"), 400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
		refused(t, call(jwt(`{"sub":"x"}`)), 400, "InvalidIdentityToken", "Missing a required claim: iss")
		refused(t, call(jwt(`{"iss":"i","sub":"x","aud":["y"]}`)), 400, "InvalidIdentityToken", "Missing a required claim: exp")
		refused(t, call(strings.Replace(good, ".", ".*", 1)), 400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
		end := now.Add(-ahead).Unix()
		end -= 300 // for five minutes more a token is taken (recorded)
		refused(t, call(jwt(fmt.Sprintf(`{"iss":"i","sub":"x","aud":"y","exp":%d}`, end))), 400, "ExpiredTokenException",
			fmt.Sprintf("Token expired: current date/time %d must be before the expiration date/time %d", end, end))
		in := webIdentity(role, good)
		in.ProviderId = aws.String("graph.example.com")
		_, err = anonymous.AssumeRoleWithWebIdentity(t.Context(), in)
		refused(t, err, 501, "NotImplementedException", "ecs-emulator does not implement ProviderId of sts AssumeRoleWithWebIdentity; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/sts.md.")

		err = call(jwt(fmt.Sprintf(`{"iss":"https://ci.example.com","sub":"repo:other/web","aud":"sts.amazonaws.com","exp":%d}`, later)))
		if !strict && err != nil {
			t.Errorf("the role is looked up: %v", err)
		} else if strict {
			refused(t, err, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
		}
	}
}

func TestGetSessionToken(t *testing.T) {
	f := start(t, false)
	for seconds, want := range map[int32]time.Duration{0: time.Hour, 900: 15 * time.Minute, 129600: time.Hour} {
		in := &client.GetSessionTokenInput{}
		if seconds > 0 {
			in.DurationSeconds = &seconds
		}
		out, err := f.as("123456789012", "secret", "").GetSessionToken(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Credentials.Expiration.Sub(now.Add(-ahead)); got != want {
			t.Errorf("%d s are %s", seconds, got)
		}
		if me, err := f.with(out.Credentials).GetCallerIdentity(t.Context(), nil); err != nil || *me.Arn != "arn:aws:iam::123456789012:root" {
			t.Errorf("the caller is %+v: %v", me, err)
		}
		_, err = f.with(out.Credentials).GetSessionToken(t.Context(), nil)
		refused(t, err, 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	}
	_, err := f.as("test", "secret", "").GetSessionToken(t.Context(), &client.GetSessionTokenInput{DurationSeconds: aws.Int32(0)})
	refused(t, err, 400, "ValidationError", "1 validation error detected: Value '0' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900")
}

func TestAccessKeysThatTellNoAccount(t *testing.T) {
	f := start(t, false)
	_, err := f.as("test", "secret", "").GetAccessKeyInfo(t.Context(), &client.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIA!")})
	refused(t, err, 400, "ValidationError", "1 validation error detected: Value 'AKIA!' at 'accessKeyId' failed to satisfy constraint: Member must have length greater than or equal to 16")
	_, err = f.as("test", "secret", "").GetAccessKeyInfo(t.Context(), &client.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIAAAAAAAAAAAAAAAA1")})
	refused(t, err, 400, "ValidationError", "AKIAAAAAAAAAAAAAAAA1 is invalid")
}

// How numbers may be written was recorded with GetSessionToken.
func TestNumbersInForms(t *testing.T) {
	f := start(t, false)
	for text, want := range map[string]string{
		"900": "<GetSessionTokenResult>", "0900": "<GetSessionTokenResult>", "+900": "<GetSessionTokenResult>",
		" 900 ": "<Code>MalformedInput</Code>", "\t900\n": "<Code>MalformedInput</Code>", "900.0": "<Code>MalformedInput</Code>",
		"9e2": "<Code>MalformedInput</Code>", "2147483648": "<Code>MalformedInput</Code>", "0": "<Code>ValidationError</Code>",
	} {
		answer, err := http.PostForm(f.url, url.Values{"Action": {"GetSessionToken"}, "Version": {"2011-06-15"}, "DurationSeconds": {text}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if !strings.Contains(string(body), want) {
			t.Errorf("%q: %s", text, body)
		}
	}
}

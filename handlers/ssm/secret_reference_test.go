package ssm_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	oursdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	first  = "00000000-0000-0000-0000-000000000001"
	second = "00000000-0000-0000-0000-000000000002"
)

// secrets stores a secret with two versions, and one of bytes.
func secrets(s *scene) {
	s.T.Helper()
	at := time.Date(2026, 9, 26, 19, 29, 54, 0, time.UTC)
	scope := arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	err := s.Store.Update(func(tx *store.Tx) error {
		text := &secretsmanager.Secret{Scope: scope, Name: "db/=", Suffix: "abcdef", Versions: []secretsmanager.Version{
			{ID: first, Stages: []string{"AWSPREVIOUS"}, CreatedAt: at}, {ID: second, Stages: []string{"AWSCURRENT", "1", first}, CreatedAt: at},
		}}
		key := &secretsmanager.Secret{Scope: scope, Name: "key", Suffix: "ghijkl", Versions: []secretsmanager.Version{{ID: first, Stages: []string{"AWSCURRENT"}, CreatedAt: at}}}
		secretsmanager.PutSecret(tx, text)
		secretsmanager.PutSecret(tx, key)
		secretsmanager.Values.Put(tx, &secretsmanager.Value{Secret: text.ARN(), VersionID: first, Text: "one"})
		secretsmanager.Values.Put(tx, &secretsmanager.Value{Secret: text.ARN(), VersionID: second, Text: `{"n":"<λ>"}`})
		secretsmanager.Values.Put(tx, &secretsmanager.Value{Secret: key.ARN(), VersionID: first, Binary: []byte("a\xff")})
		return nil
	})
	if err != nil {
		s.T.Fatal(err)
	}
}

// All of this was recorded (SSM0008).
func TestASecretIsReadAsAParameter(t *testing.T) {
	s := newScene(t)
	secrets(s)
	const name = "/aws/reference/secretsmanager/db/="
	want := &types.Parameter{
		ARN: aws.String("arn:aws:secretsmanager:eu-west-1:123456789012:secret:db/=-abcdef"), Name: aws.String(name), Type: types.ParameterTypeSecureString,
		LastModifiedDate: aws.Time(time.Date(2026, 9, 26, 19, 29, 54, 0, time.UTC)), Value: aws.String(`{"n":"<λ>"}`),
		SourceResult: aws.String(`{"ARN":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:db/\u003d-abcdef","name":"db/\u003d","versionId":"` + second +
			`","secretString":"{\"n\":\"\u003cλ\u003e\"}","versionStages":["1","AWSCURRENT","` + first + `"],"createdDate":"Sep 26, 2026, 7:29:54 PM"}`),
	}
	if diff := cmp.Diff(want, get(s, name), cmpopts.IgnoreUnexported(types.Parameter{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// A selector is a staging label, or the id of a version if it looks like one.
	for selector, value := range map[string]string{"AWSPREVIOUS": "one", "1": `{"n":"<λ>"}`, first: "one"} {
		if p := get(s, name+":"+selector); *p.Value != value || *p.Selector != ":"+selector {
			t.Errorf("%s: %s", selector, *p.Value)
		}
	}
	binary := get(s, "/aws/reference/secretsmanager/key")
	if binary.Value != nil || *binary.SourceResult != `{"ARN":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-ghijkl","name":"key","versionId":"`+first+
		`","secretBinary":{"hb":[97,-1],"offset":0,"isReadOnly":false,"bigEndian":true,"nativeByteOrder":false,"mark":-1,"position":0,"limit":2,"capacity":2,"address":8},`+
		`"versionStages":["AWSCURRENT"],"createdDate":"Sep 26, 2026, 7:29:54 PM"}` {
		t.Errorf("%+v %s", binary, *binary.SourceResult)
	}
}

func TestSecretsThatCannotBeRead(t *testing.T) {
	s := newScene(t)
	secrets(s)
	const name = "/aws/reference/secretsmanager/db/="
	refused(s, s.GetParameter, &sdk.GetParameterInput{Name: aws.String(name)},
		"ValidationException", "WithDecryption flag must be True for retrieving a Secret Manager secret.")
	for asked, named := range map[string]string{
		name + ":absent":                       "aws/reference/secretsmanager/db/=:absent",
		name + ":" + first[:35] + "9":          "aws/reference/secretsmanager/db/=:" + first[:35] + "9",
		"/aws/reference/secretsmanager/absent": "aws/reference/secretsmanager/absentnull",
	} {
		refused(s, s.GetParameter, &sdk.GetParameterInput{Name: &asked, WithDecryption: aws.Bool(true)}, "ParameterNotFound",
			"An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret "+named+" not found.")
	}
	refused(s, s.GetParameter, &sdk.GetParameterInput{Name: aws.String(name + ":a:b"), WithDecryption: aws.Bool(true)},
		"ValidationException", "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>")
	put(s, "/a", "x")
	for decrypt, want := range map[bool]int{false: 1, true: 2} {
		out := ok(s, s.GetParameters, &sdk.GetParametersInput{Names: []string{"/a", name}, WithDecryption: &decrypt})
		if len(out.Parameters) != want || len(out.InvalidParameters) != 2-want {
			t.Errorf("decrypted %t: %s, not %s", decrypt, names(out.Parameters), out.InvalidParameters)
		}
	}
}

// The selector is the version that is asked for.
func TestVersionsOfASecretAreAskedFor(t *testing.T) {
	s := newScene(t)
	secrets(s)
	var asked awsapi.Access
	call := awsapi.NewContext(t.Context(), awsapi.Call{Region: s.Scope.Region, Account: s.Scope.Account, Authorize: apitest.Each(
		func(_ context.Context, _ awsapi.Call, wants awsapi.Access) error {
			asked = wants
			return nil
		},
	)})
	api := ssm.New(ssm.Options{Store: s.Store, Now: s.Clock})
	for selector, want := range map[string][2]string{"": {}, ":AWSPREVIOUS": {"", "AWSPREVIOUS"}, ":" + first: {first, ""}} {
		_, err := api.GetParameter(call, &oursdk.GetParameterInput{Name: aws.String("/aws/reference/secretsmanager/db/=" + selector), WithDecryption: aws.Bool(true)})
		got := [2]string{apitest.Text(asked.Keys, "secretsmanager:versionid"), apitest.Text(asked.Keys, "secretsmanager:versionstage")}
		if err != nil || asked.Action != "secretsmanager:GetSecretValue" || got != want {
			t.Errorf("%q asks for %s of the version %q, want %q; %v", selector, asked.Action, got, want, err)
		}
	}
}

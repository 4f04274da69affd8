package caller_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/caller"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	ssmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
)

// withValues is a world with parameters and a secret.
func withValues(t *testing.T) *world {
	w := start(t)
	put := func(name, value string, kind ssmtypes.ParameterType) {
		w.do(t, "ssm", "PutParameter", &ssm.PutParameterInput{Name: &name, Value: &value, Type: kind, Overwrite: aws.Bool(true)}, nil)
	}
	put("/shop/image", "nginx:1", ssmtypes.ParameterTypeString)
	put("/shop/image", "nginx:2", ssmtypes.ParameterTypeString)
	put("/shop/zones", "a,b", ssmtypes.ParameterTypeStringList)
	put("/shop/key", "s3cret-key", ssmtypes.ParameterTypeSecureString)
	secret := `{"password":"s3cret-word","port":5432}`
	w.do(t, "secretsmanager", "CreateSecret", &secretsmanager.CreateSecretInput{
		Name: aws.String("db"), SecretString: &secret, ClientRequestToken: aws.String("11111111-1111-1111-1111-111111111111"),
	}, nil)
	w.do(t, "secretsmanager", "CreateSecret", &secretsmanager.CreateSecretInput{
		Name: aws.String("plain"), SecretString: aws.String("s3cret-text"), ClientRequestToken: aws.String("22222222-2222-2222-2222-222222222222"),
	}, nil)
	return w
}

// A delete reads parameters, which may be names, and no secrets.
func TestDynamicReferencesOfADelete(t *testing.T) {
	w := withValues(t)
	text := "{{resolve:ssm:/shop/image}} {{resolve:ssm-secure:/shop/key}}{{resolve:secretsmanager:gone}}{{resolve:secretsmanager:db:SecretString:password}}"
	got, err := w.ResolveForDelete(t.Context(), caller.Actor{Scope: scope}, document.NewText(text))
	if err != nil || got.Text != "nginx:2 " {
		t.Errorf("%s, %v", got.Text, err)
	}
}

func TestDynamicReferences(t *testing.T) {
	w := withValues(t)
	for text, want := range map[string]string{
		"none":                          "none",
		"{{resolve:ssm:/shop/image}}":   "nginx:2",
		"{{resolve:ssm:/shop/image:1}}": "nginx:1",
		"a {{resolve:ssm:/shop/zones}} {{resolve:ssm-secure:/shop/key}}":                "a a,b s3cret-key",
		"{{resolve:secretsmanager:db:SecretString:password}}":                           "s3cret-word",
		"{{resolve:secretsmanager:db:SecretString:port:AWSCURRENT}}":                    "5432",
		"{{resolve:secretsmanager:db}}":                                                 `{"password":"s3cret-word","port":5432}`,
		"{{resolve:secretsmanager:plain:::11111111-1111-1111-1111-111111111111}}":       "!ResourceNotFoundException",
		"{{resolve:secretsmanager:db:SecretString:user}}":                               "!Could not find a value associated with JSONKey in SecretString",
		"{{resolve:secretsmanager:plain:SecretString:user}}":                            "!Could not parse SecretString JSON",
		"{{resolve:secretsmanager:gone}}":                                               "!ResourceNotFoundException",
		"{{resolve:ssm:/shop/none}}":                                                    "!ParameterNotFound",
		"{{resolve:ssm:/shop/image:9}}":                                                 "!ParameterVersionNotFound",
		"{{resolve:ssm:/shop/key}}":                                                     "!SecureString",
		"{{resolve:secretsmanager:db:SecretString:password}}{{resolve:ssm:/shop/none}}": "!ParameterNotFound",
	} {
		properties := &document.Value{Kind: document.Map, Members: []document.Member{{Name: "V", Value: document.NewList(text)}}}
		got, err := w.Resolve(t.Context(), caller.Actor{Scope: scope}, properties)
		if code, fails := strings.CutPrefix(want, "!"); fails {
			if err == nil || !strings.Contains(err.Error(), code) || strings.Contains(err.Error(), "s3cret") || got != properties {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if err != nil || got.Get("V").Items[0].Text != want {
			t.Errorf("%s: %s, %v", text, got.JSON(), err)
		}
		if properties.Get("V").Items[0].Text != text {
			t.Errorf("%s is written into the properties", text)
		}
	}
	if got, err := w.Resolve(t.Context(), caller.Actor{Scope: scope}, nil); got != nil || err != nil {
		t.Errorf("of nothing: %+v, %v", got, err)
	}
}

// A reference is read as the stack's principal, and one that stands many times is read once.
func TestReferencesAreReadAsTheStack(t *testing.T) {
	w := withValues(t)
	calls := 0
	forward := w.Forward
	w.Forward = func(s arn.Scope, remembered, service string) (apiclient.Principal, error) {
		calls++
		return forward(s, remembered, service)
	}
	const twice = "{{resolve:ssm:/shop/image}} {{resolve:ssm:/shop/image}}"
	if _, err := w.Resolve(t.Context(), caller.Actor{Scope: scope}, document.NewList(twice, twice)); err != nil || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
	w.denied = "arn:aws:sts::123456789012:assumed-role/deploy/AWSCloudFormation"
	as := caller.Actor{Scope: scope, StackID: stackID, RoleARN: "arn:aws:iam::123456789012:role/deploy"}
	if _, err := w.Resolve(t.Context(), as, document.NewText(twice)); err == nil || !strings.Contains(err.Error(), "is not authorized to perform: ssm:GetParameter") {
		t.Errorf("got %v", err)
	}
}

package emulator_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// What `ecspresso verify` asks about the roles of a definition, in its order: it assumes the
// execution role, then reads the trust policy of each role, and goes on with the keys of the
// execution role to what that is for. Source: ecspresso, verify.go.
func TestRoleChecksOfEcspresso(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{StrictRoles: true})
	config := srv.Config()
	config.Credentials = credentials.NewStaticCredentialsProvider("123456789012", "secret", "")
	roles := iam.NewFromConfig(config)
	const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	// The role that may be assumed by the user who deploys, as ecspresso's documentation has it.
	const deployed = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"},` +
		`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}`
	arns := map[string]string{}
	for name, document := range map[string]string{"app": trust, "execution": deployed} {
		out, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(document)})
		if err != nil {
			t.Fatal(err)
		}
		arns[name] = *out.Role.Arn
	}
	if _, err := ssm.NewFromConfig(config).PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: aws.String("/shop/key"), Value: aws.String("open sesame"), Type: ssmtypes.ParameterTypeSecureString,
	}); err != nil {
		t.Fatal(err)
	}

	assumed, err := sts.NewFromConfig(config).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String(arns["execution"]), RoleSessionName: aws.String("ecspresso-verifier"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sts.NewFromConfig(config).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String(arns["app"]), RoleSessionName: aws.String("ecspresso-verifier"),
	}); err == nil {
		t.Error("a role that trusts ECS alone is assumed by a user")
	}
	for name := range arns {
		out, err := roles.GetRole(t.Context(), &iam.GetRoleInput{RoleName: &name})
		if err != nil {
			t.Fatal(err)
		}
		text, err := url.QueryUnescape(*out.Role.AssumeRolePolicyDocument)
		if err != nil {
			t.Fatal(err)
		}
		var document struct {
			Statement []struct {
				Principal struct{ Service string }
				Action    string
			}
		}
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			t.Fatal(err)
		}
		if s := document.Statement; len(s) == 0 || s[0].Principal.Service != "ecs-tasks.amazonaws.com" || s[0].Action != "sts:AssumeRole" {
			t.Errorf("the role %s does not trust ECS: %s", name, text)
		}
	}

	keys := assumed.Credentials
	config.Credentials = credentials.NewStaticCredentialsProvider(*keys.AccessKeyId, *keys.SecretAccessKey, *keys.SessionToken)
	got, err := ssm.NewFromConfig(config).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/shop/key"), WithDecryption: aws.Bool(true)})
	if err != nil || *got.Parameter.Value != "open sesame" {
		t.Errorf("the execution role reads %+v: %v", got, err)
	}
	out, err := ecs.NewFromConfig(config).RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(64)}},
		TaskRoleArn: aws.String(arns["app"]), ExecutionRoleArn: aws.String(arns["execution"]),
	})
	if err != nil {
		t.Fatal(err)
	}
	if by := *out.TaskDefinition.RegisteredBy; by != "arn:aws:sts::123456789012:assumed-role/execution/ecspresso-verifier" {
		t.Errorf("registered by %s", by)
	}
}

package executionresource_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource/executionresourcetest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	anSSM  = "arn:aws:ssm:eu-west-1:000000000000:parameter"
	aStore = "arn:aws:secretsmanager:us-west-2:000000000000:secret:db-AbCdEf"
	badARN = "an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again."
)

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

func secret(name, valueFrom string) types.Secret {
	return types.Secret{Name: &name, ValueFrom: &valueFrom}
}

func environmentFile(path string) types.EnvironmentFile {
	return types.EnvironmentFile{Type: types.EnvironmentFileTypeS3, Value: aws.String("arn:aws:s3:::" + path)}
}

func private(credentials string) types.ContainerDefinition {
	return types.ContainerDefinition{Name: aws.String("app"), RepositoryCredentials: &types.RepositoryCredentials{CredentialsParameter: &credentials}}
}

// An environment file may be any object that a user names. Its lines are not compared each
// with each, which goes on for minutes after the task has been given up.
func TestALongEnvironmentFile(t *testing.T) {
	const lines = 100_000
	var content strings.Builder
	for i := range lines {
		fmt.Fprintf(&content, "V%d=1\n", i)
	}
	source := &executionresourcetest.Source{Objects: map[string]string{"bucket a.env": content.String()}}
	began := time.Now()
	read, err := executionresource.Read(t.Context(), source, &state.Task{}, []types.ContainerDefinition{{EnvironmentFiles: []types.EnvironmentFile{environmentFile("bucket/a.env")}}})
	got := read[""].Files
	if err != nil || len(got) != lines {
		t.Fatalf("%d variables, %v", len(got), err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestWhyATaskCannotHaveWhatItRefersTo(t *testing.T) {
	s := &executionresourcetest.Source{Secrets: map[string]string{aStore: `{"n":1}`, aStore + " TEXT": "hunter2", aStore + " BINARY": "\x00"}}
	const (
		begin = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret"
		tried = "service call has been retried 1 time(s): "
		agent = "Fetching secret data from AWS Secrets Manager in region us-west-2: "
	)
	gone := strings.Replace(aStore, ":db-", ":gone-", 1)
	for _, c := range []struct {
		name      string
		container types.ContainerDefinition
		fargate   string
		ec2       string
	}{
		{"no parameter", types.ContainerDefinition{Secrets: []types.Secret{secret("A", "/gone"), secret("B", "also")}},
			begin + "s from ssm: " + tried + "invalid ssm parameters: /gone,also",
			"Fetching secret data from SSM Parameter Store in us-east-1: invalid parameters: /gone,also"},
		{"no parameter of an ARN", types.ContainerDefinition{Secrets: []types.Secret{secret("A", anSSM+"/my/gone")}},
			begin + "s from ssm: " + tried + "invalid ssm parameters: /my/gone",
			"Fetching secret data from SSM Parameter Store in eu-west-1: invalid parameters: /my/gone"},
		{"no secret", types.ContainerDefinition{Secrets: []types.Secret{secret("A", gone+":key::")}},
			begin + " from asm: " + tried + "failed to fetch secret " + gone + " from secrets manager: operation error Secrets Manager: GetSecretValue, " +
				"https response error StatusCode: 400, RequestID: r, ResourceNotFoundException: Secrets Manager can't find the specified secret.",
			agent + "secret " + gone + ": ResourceNotFoundException: Secrets Manager can't find the specified secret."},
		{"no key", types.ContainerDefinition{Secrets: []types.Secret{secret("A", aStore+":user::")}},
			begin + " from asm: " + tried + "retrieved secret from Secrets Manager did not contain json key user",
			agent + "retrieved secret from Secrets Manager did not contain json key user"},
		{"no reference", types.ContainerDefinition{Secrets: []types.Secret{secret("A", aStore+":key")}},
			begin + " from asm: " + tried + "trying to retrieve secret with value " + aStore + ":key from ASM: " + badARN,
			agent + "trying to retrieve secret with value " + aStore + ":key from ASM: " + badARN},
		{"no JSON", types.ContainerDefinition{Secrets: []types.Secret{secret("A", aStore+":key:TEXT:")}},
			begin + " from asm: " + tried + "secret " + aStore + " is no JSON object", ""},
		{"binary", types.ContainerDefinition{Secrets: []types.Secret{secret("A", aStore+"::BINARY:")}},
			begin + " from asm: " + tried + "secret " + aStore + " is binary, and only text can be in an environment", ""},
		{"of a log driver", types.ContainerDefinition{LogConfiguration: &types.LogConfiguration{LogDriver: "splunk", SecretOptions: []types.Secret{secret("splunk-token", "t")}}},
			begin + "s from ssm: " + tried + "invalid ssm parameters: t", ""},
		{"no file", types.ContainerDefinition{EnvironmentFiles: []types.EnvironmentFile{environmentFile("b/k.env")}},
			"ResourceInitializationError: failed to download env files: " + tried + "operation error S3: HeadObject, https response error StatusCode: 404, RequestID: r, api error NotFound: Not Found",
			"Unable to download env file with key k.env from bucket b, error: NotFound: Not Found"},
		{"no file of a log router", types.ContainerDefinition{FirelensConfiguration: routerFile("arn:aws:s3:::b/k.conf")},
			"ResourceInitializationError: unable to download firelens s3 config file: unable to download s3 config k.conf from bucket b: NotFound: Not Found",
			"unable to download firelens s3 config file: unable to download s3 config k.conf from bucket b: NotFound: Not Found"},
		{"file of another name", types.ContainerDefinition{EnvironmentFiles: []types.EnvironmentFile{environmentFile("b/k.txt")}},
			"ResourceInitializationError: failed to download env files: " + tried + "the name of an environment file ends in .env, and k.txt does not", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{}}
			_, err := executionresource.Read(t.Context(), s, of, []types.ContainerDefinition{c.container})
			if err == nil {
				t.Fatal("it can")
			}
			if got := executionresource.Failure(of, err); got != c.fargate {
				t.Errorf("on Fargate:\n%s\nwant\n%s", got, c.fargate)
			}
			of.Placement.ContainerInstance = "i"
			_, err = executionresource.Read(t.Context(), s, of, []types.ContainerDefinition{c.container})
			if err == nil {
				t.Fatal("on EC2 it can")
			}
			if got := executionresource.Failure(of, err); c.ec2 != "" && got != c.ec2 || strings.Contains(got, "hunter2") {
				t.Errorf("on EC2:\n%s\nwant\n%s", got, c.ec2)
			}
		})
	}
}

// A database's secret, as RDS and CDK write it, has its port as a number.
func TestAValueOfASecretThatIsNoText(t *testing.T) {
	s := &executionresourcetest.Source{Secrets: map[string]string{aStore: `{"port":5432,"ssl":true,"replica":null,"user":"web","ratio":0.5}`}}
	keys := map[string]string{"port": "5432", "ssl": "true", "replica": "<nil>", "user": "web", "ratio": "0.5"}
	for where, instance := range map[string]string{"Fargate": "", "a container instance": "i"} {
		of := &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{ContainerInstance: instance}}
		for key, want := range keys {
			read, err := executionresource.Read(t.Context(), s, of, []types.ContainerDefinition{{Secrets: []types.Secret{secret("A", aStore+":"+key+"::")}}})
			if err != nil {
				t.Errorf("on %s %s cannot be read: %v", where, key, err)
			} else if got := *read[""].Secrets[0].Value; got != want {
				t.Errorf("on %s %s is %s, want %s", where, key, got, want)
			}
		}
	}
}

// On a container instance a task without an execution role has nothing that it refers to.
func TestNothingIsReadWithoutAnExecutionRole(t *testing.T) {
	of := &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{ContainerInstance: "i"}}
	for want, c := range map[string]types.ContainerDefinition{
		"Environment file resource: unable to find execution role credentials":                 {EnvironmentFiles: []types.EnvironmentFile{environmentFile("b/k.env")}},
		"Asm resource: unable to find execution role credentials":                              private(aStore),
		"unable to download firelens s3 config file: unable to get execution role credentials": {FirelensConfiguration: routerFile("arn:aws:s3:::b/k.conf")},
	} {
		_, err := executionresource.Read(t.Context(), &executionresourcetest.Source{Roleless: true}, of, []types.ContainerDefinition{c})
		if err == nil || executionresource.Failure(of, err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
func TestWhyThereIsNoLogin(t *testing.T) {
	s := &executionresourcetest.Source{Secrets: map[string]string{"empty": "", "text": "hunter2", "absent": `{"password":"hunter2"}`, "open": `{"username":"me"}`}}
	const data = "fetching authorization data: "
	for credentials, want := range map[string]string{
		"empty": data + "empty secrets value", "text": data + "unable to unmarshal secret value, invalid schema",
		"absent": "fetching username: AuthorizationData is malformed, empty field", "open": "fetching password: AuthorizationData is malformed, empty field",
		"gone": "fetching secret from the service for gone: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
	} {
		of := &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{ContainerInstance: "i"}}
		_, err := executionresource.Read(t.Context(), s, of, []types.ContainerDefinition{private(credentials)})
		if got := executionresource.Failure(of, err); got != "Asm "+want {
			t.Errorf("%s on EC2: %s", credentials, got)
		}
		of.Placement.ContainerInstance = ""
		want = strings.Replace(want, "gone: ", "gone: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: r, ", 1)
		if got := executionresource.Failure(of, err); got != "ResourceInitializationError: "+"unable to pull secrets or registry auth: execution resource retrieval failed: "+"unable to get registry auth from asm: "+"service call has been retried 1 time(s): "+"asm "+want {
			t.Errorf("%s on Fargate: %s", credentials, got)
		}
	}
}

func routerFile(object string) *types.FirelensConfiguration {
	return &types.FirelensConfiguration{Type: types.FirelensConfigurationTypeFluentbit, Options: map[string]string{"config-file-type": "s3", "config-file-value": object}}
}

func TestTheFileOfALogRouterIsRead(t *testing.T) {
	source := &executionresourcetest.Source{Objects: map[string]string{"b a/k.conf": "[OUTPUT]"}}
	read, err := executionresource.Read(t.Context(), source, &state.Task{}, []types.ContainerDefinition{{FirelensConfiguration: routerFile("arn:aws:s3:::b/a/k.conf")}})
	if err != nil || string(read[""].RouterFile) != "[OUTPUT]" {
		t.Errorf("%q, %v", read[""].RouterFile, err)
	}
}

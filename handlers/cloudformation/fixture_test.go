package cloudformation_test

import (
	"context"
	"net/http"
	"os"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, cloudformation.New(cloudformation.Options{}).Service()))
}

func TestTable(t *testing.T) {
	api := cloudformation.New(cloudformation.Options{})
	apitest.Table(t, api.Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*cloudformation.API]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, cloudformation.New(cloudformation.Options{}).Service(), func(transport *http.Client) any {
		return sdk.New(sdk.Options{
			HTTPClient: transport, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
		})
	})
}

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// scene is a client of an API over an empty store.
type scene struct {
	*apitest.Scene
	*sdk.Client
	ssm map[string]string
}

func newScene(t *testing.T, options ...func(*cloudformation.Options)) *scene {
	t.Helper()
	s := &scene{Scene: apitest.NewScene(t, scope), ssm: map[string]string{}}
	o := cloudformation.Options{
		Store: s.Store, Now: s.Clock, Types: table{},
		Environment: func(_ context.Context, who cloudformation.Actor) template.Environment { return world{s: s, who: who} },
	}
	for _, set := range options {
		set(&o)
	}
	s.Client = sdk.NewFromConfig(s.Serve(cloudformation.New(o).Service(), &promises))
	return s
}

func ok[I, O any](s *scene, call apitest.Operation[I, O, sdk.Options], in *I) *O {
	s.T.Helper()
	return apitest.OK(s.T, call, in)
}

func refused[I, O any](s *scene, call apitest.Operation[I, O, sdk.Options], in *I, code, text string) {
	s.T.Helper()
	apitest.Refused(s.T, call, in, code, text)
}

// invalid checks that a call is a ValidationError.
func invalid[I, O any](s *scene, call apitest.Operation[I, O, sdk.Options], in *I, text string) {
	s.T.Helper()
	refused(s, call, in, "ValidationError", text)
}

// unbuilt checks that a call is refused by the name of what is not built.
func unbuilt[I, O any](s *scene, call apitest.Operation[I, O, sdk.Options], in *I, what string) {
	s.T.Helper()
	refused(s, call, in, "NotImplementedException",
		"ecs-emulator does not implement "+what+"; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/cloudformation.md.")
}

func (s *scene) update(change func(tx *store.Tx)) {
	s.T.Helper()
	if err := s.Store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		s.T.Fatal(err)
	}
}

// stands writes a stack that is there, as the controller leaves it.
func (s *scene) stands(name string, change ...func(*cfn.Stack)) *cfn.Stack {
	s.T.Helper()
	made := &cfn.Stack{
		Scope: scope, Name: name, ID: cfn.StackPrefix(scope) + name + "/9c52-" + name, Status: cfn.CreateComplete, CreatedAt: s.Now,
		Settings: cfn.Settings{Body: `{"Resources":{"A":{"Type":"AWS::SNS::Topic"}}}`},
	}
	for _, c := range change {
		c(made)
	}
	s.update(func(tx *store.Tx) { cfn.PutStack(tx, made) })
	return made
}

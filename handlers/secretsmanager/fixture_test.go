package secretsmanager_test

import (
	"os"
	"reflect"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, secretsmanager.New(secretsmanager.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, secretsmanager.New(secretsmanager.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*secretsmanager.API]())
}

// scene is a client of an API over an empty store.
type scene struct {
	*apitest.Scene
	*sdk.Client
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return newSceneWith(t, nil)
}

// newSceneWith has an API that finds secrets by other suffixes, and tells of it.
func newSceneWith(t *testing.T, otherSuffix func(asked, found string)) *scene {
	t.Helper()
	s := apitest.NewScene(t, arn.Scope{Region: "eu-west-1", Account: "123456789012"})
	return &scene{s, sdk.NewFromConfig(s.Serve(secretsmanager.New(secretsmanager.Options{Store: s.Store, Now: s.Clock, OtherSuffix: otherSuffix}).Service(), &promises))}
}

func ok[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In) *Out {
	s.T.Helper()
	return apitest.OK(s.T, call, in)
}

func refused[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In, code, text string) {
	s.T.Helper()
	apitest.Refused(s.T, call, in, code, text)
}

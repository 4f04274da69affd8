package ssm_test

import (
	"os"
	"reflect"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, ssm.New(ssm.Options{}).Service())) }

func TestTable(t *testing.T) {
	apitest.Table(t, ssm.New(ssm.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*ssm.API]())
}

// scene is a client of an API over an empty store.
type scene struct {
	*apitest.Scene
	*sdk.Client
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := apitest.NewScene(t, arn.Scope{Region: "eu-west-1", Account: "123456789012"})
	sessions := ssmsession.New(ssmsession.Options{Clock: clock.New(clock.Options{})})
	t.Cleanup(func() { sessions.Close("") })
	return &scene{s, sdk.NewFromConfig(s.Serve(ssm.New(ssm.Options{Store: s.Store, Now: s.Clock, Sessions: sessions}).Service(), &promises))}
}

func ok[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In) *Out {
	s.T.Helper()
	return apitest.OK(s.T, call, in)
}

func refused[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In, code, text string) {
	s.T.Helper()
	apitest.Refused(s.T, call, in, code, text)
}

package ecs_test

import (
	"reflect"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/cluster"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/taskdefinition"
)

func TestEveryOperationOfTheSDKIsInTheTable(t *testing.T) {
	apitest.Table(t, ecs.New(ecs.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*ecs.API](),
		reflect.TypeFor[*cluster.API](), reflect.TypeFor[*containerinstance.API](), reflect.TypeFor[*taskdefinition.API](), reflect.TypeFor[*task.API](), reflect.TypeFor[*service.API](), reflect.TypeFor[*daemon.API]())
}

func TestWhatIsNotBuiltSaysSo(t *testing.T) {
	s := startServer(t, nil) // an empty request that succeeds shows nothing
	for _, e := range ecs.New(ecs.Options{}).Service().Operations {
		status, answer := s.send(t, e.Name, "{}")
		missing := status == 501 && strings.Contains(answer, e.Name+" yet")
		if missing == e.Built() {
			t.Errorf("%s, %s: %d %s", e.Name, e.Support, status, answer)
		}
		if strings.Contains(answer, "UnknownOperation") {
			t.Errorf("%s is not in the dispatch table", e.Name)
		}
	}
}

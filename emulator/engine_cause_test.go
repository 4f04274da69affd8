package emulator_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// onEngine registers a definition whose tasks are on an engine.
func (w *world) onEngine(family, engine string) string {
	w.Helper()
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("shop/app:2")}},
		Tags:                 []types.Tag{{Key: aws.String("ecs-emulator:engine"), Value: &engine}},
	})
	w.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

// Tasks of a service wait for two engines, as the tag of one has been changed: each is named.
func TestWhyNamesEachEngineThatTasksWaitFor(t *testing.T) {
	w := open(t, emulator.Options{Engine: "a=sim,b=sim,c=sim", Speed: emulator.Still})
	for _, engine := range []string{"a", "b"} {
		_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, Engine: engine})
		w.must(err)
	}
	w.must(w.srv.Clock().Advance(time.Second))
	_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.onEngine("web", "a")), DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), PropagateTags: types.PropagateTagsTaskDefinition,
	})
	w.must(err)
	w.must(w.srv.Clock().Advance(time.Minute))
	list, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	w.must(err)
	_, err = w.client.TagResource(w.Context(), &ecs.TagResourceInput{
		ResourceArn: aws.String(list.TaskArns[1]), Tags: []types.Tag{{Key: aws.String("ecs-emulator:engine"), Value: aws.String("b")}},
	})
	w.must(err)
	w.must(w.srv.Clock().Advance(2 * time.Minute))
	for _, engine := range []string{"a", "b"} {
		w.expectWhy("web", wanted{why.EngineAway, []string{"the engine " + engine + " does not answer."}, "answer again"})
	}
}

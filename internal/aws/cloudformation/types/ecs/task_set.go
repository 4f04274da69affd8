package ecs

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// taskSet is a task set of a service with the deployment controller EXTERNAL. Its physical id has the three parts of the type's
// primary identifier. It is stable in its steady state, and deleted with force, or a stack could delete no set that has tasks:
// both are choices.
func taskSet() *handler.Type {
	return &handler.Type{
		Name:     "AWS::ECS::TaskSet",
		Identity: handler.ByToken,
		Find:     findTaskSet,
		Create: func(t *handler.Turn) error {
			in := sdk.CreateTaskSetInput{ClientToken: t.Token(), Tags: tags(t.AllTags())}
			if err := t.Fill(&in, input.Skipped("Tags")); err != nil {
				return err
			}
			out := sdk.CreateTaskSetOutput{TaskSet: &types.TaskSet{}}
			if err := t.Call(apiclient.ECS("CreateTaskSet"), &in, &out); err != nil {
				return err
			}
			t.ID = taskSetIdentifier(t, aws.ToString(out.TaskSet.Id))
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			s, err := describeTaskSet(t)
			if err != nil {
				return false, err
			}
			if s == nil || aws.ToString(s.Status) == "DRAINING" {
				return false, failure(nil, "DescribeTaskSets")
			}
			t.Set("Id", s.Id)
			return s.StabilityStatus == types.StabilityStatusSteadyState, nil
		},
		Update: func(t *handler.Turn) error {
			if !t.Changed("Scale") {
				return nil
			}
			in := sdk.UpdateTaskSetInput{
				Cluster: aws.String(t.Text("Cluster")), Service: aws.String(t.Text("Service")), TaskSet: aws.String(taskSetID(t)),
				Scale: &types.Scale{Unit: types.ScaleUnitPercent}, // of 0, where the template has none any more
			}
			if err := t.FillFrom("Scale", in.Scale); err != nil {
				return err
			}
			return t.Call(apiclient.ECS("UpdateTaskSet"), &in, nil)
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(apiclient.ECS("DeleteTaskSet"), &sdk.DeleteTaskSetInput{
				Cluster: aws.String(t.Text("Cluster")), Service: aws.String(t.Text("Service")), TaskSet: aws.String(taskSetID(t)), Force: aws.Bool(true),
			}, nil)
		},
		Gone: func(t *handler.Turn) (bool, error) {
			s, err := describeTaskSet(t)
			return s == nil && err == nil, err
		},
		Tagging: tagging(taskSetARN),
		Within:  3 * time.Hour, // as a service's, CFN-111
	}
}

func taskSetIdentifier(t *handler.Turn, id string) string {
	return t.Text("Cluster") + "|" + t.Text("Service") + "|" + id
}

// taskSetID is the id that ECS knows a task set by.
func taskSetID(t *handler.Turn) string { return t.ID[strings.LastIndex(t.ID, "|")+1:] }

// taskSetARN follows from the names of cluster and service, which a template may have as ARNs.
func taskSetARN(t *handler.Turn) string {
	name := func(property string) string {
		ref := t.Text(property)
		return ref[strings.LastIndex(ref, "/")+1:]
	}
	return t.Scope.TaskSet(name("Cluster"), name("Service"), taskSetID(t))
}

// describeTaskSet returns nil if the service has no such set.
func describeTaskSet(t *handler.Turn) (*types.TaskSet, error) {
	sets, err := describeTaskSets(t, taskSetID(t))
	if err != nil || len(sets) == 0 {
		return nil, err
	}
	return &sets[0], nil
}

func describeTaskSets(t *handler.Turn, ids ...string) ([]types.TaskSet, error) {
	var out sdk.DescribeTaskSetsOutput
	err := t.Call(apiclient.ECS("DescribeTaskSets"), &sdk.DescribeTaskSetsInput{
		Cluster: aws.String(t.Text("Cluster")), Service: aws.String(t.Text("Service")), TaskSets: ids, Include: []types.TaskSetField{types.TaskSetFieldTags},
	}, &out)
	return out.TaskSets, err
}

// findTaskSet has the tags of all task sets of the service, which DescribeServices lists without them.
func findTaskSet(t *handler.Turn) ([]handler.Found, error) {
	s, err := describeService(t, t.Text("Service"))
	if s == nil || err != nil || len(s.TaskSets) == 0 {
		return nil, err
	}
	var ids []string
	for i := range s.TaskSets {
		if s := &s.TaskSets[i]; aws.ToString(s.Status) != "DRAINING" {
			ids = append(ids, aws.ToString(s.Id))
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	sets, err := describeTaskSets(t, ids...)
	if err != nil {
		return nil, err
	}
	var found []handler.Found
	for i := range sets {
		found = append(found, handler.Found{ID: taskSetIdentifier(t, aws.ToString(sets[i].Id)), Tags: readTags(sets[i].Tags)})
	}
	return found, nil
}

// primaryTaskSet says which task set of a service is the PRIMARY one. Its deletion changes nothing: a service has no way back to none.
func primaryTaskSet() *handler.Type {
	promote := func(t *handler.Turn) error {
		err := t.Call(apiclient.ECS("UpdateServicePrimaryTaskSet"), &sdk.UpdateServicePrimaryTaskSetInput{
			Cluster: aws.String(t.Text("Cluster")), Service: aws.String(t.Text("Service")), PrimaryTaskSet: aws.String(t.Text("TaskSetId")),
		}, nil)
		if err == nil {
			t.ID = t.Text("Cluster") + "|" + t.Text("Service")
		}
		return err
	}
	return &handler.Type{
		Name:   "AWS::ECS::PrimaryTaskSet",
		Create: promote,
		Update: promote,
		Delete: func(*handler.Turn) error { return nil },
	}
}

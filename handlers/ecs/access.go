package ecs

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	tasksets "github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// access says what the operations ask of the policies of their callers.
func (a *API) access() awsapi.Rows {
	rows := awsapi.Rows{
		"ListTagsForResource": onResource(a, awsapi.On("{ResourceArn}"), func(in *sdk.ListTagsForResourceInput) *string { return in.ResourceArn }),
		"TagResource":         onResource(a, awsapi.On("{ResourceArn}").Tags("Tags"), func(in *sdk.TagResourceInput) *string { return in.ResourceArn }),
		"UntagResource":       onResource(a, awsapi.On("{ResourceArn}").Keys("aws:TagKeys", "{TagKeys}"), func(in *sdk.UntagResourceInput) *string { return in.ResourceArn }),
	}
	for _, some := range []awsapi.Rows{
		a.clusters.Access(), a.providers.Access(), a.instances.Access(), a.taskDefinitions.Access(), a.tasks.Access(), a.services.Access(), a.taskSets.Access(), a.express.Access(), a.daemons.Access(),
		a.gateways.Access(),
	} {
		maps.Copy(rows, some)
	}
	for name, row := range rows {
		rows[name] = row.Then(kit.AskOtherAccounts)
	}
	return rows
}

// onResource names the revision of a task definition, which its ARN may leave out or write with zeros.
func onResource[In any](a *API, r awsapi.Row, ref func(in In) *string) awsapi.Row {
	return awsapi.With(r, func(call awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		if parsed, ok := arn.Parse(aws.ToString(ref(in))); ok && parsed.Service == "ecs" && parsed.Type == "task-definition" {
			wants[0].Resource, _ = a.NamedDefinition(call, *ref(in))
		}
		return wants
	})
}

// tagsOf are the tags of a resource, in any status, by its ARN.
func (a *API) tagsOf(resource string) []tagging.Tag {
	parsed, ok := arn.Parse(resource)
	if !ok || parsed.Service != "ecs" {
		return nil
	}
	tx := a.Store.Read()
	switch parsed.Type {
	case "cluster":
		if c := state.Clusters.Get(tx, resource); c != nil {
			return tagsIf(true, c.Tags)
		}
	case "service":
		if s := state.FindService(tx, resource); s != nil {
			return tagsIf(true, s.Tags)
		}
		if s := express.Find(tx, resource); s != nil {
			return tagsIf(true, s.Tags)
		}
	case "task-set":
		if t := tasksets.Find(tx, resource); t != nil {
			return tagsIf(true, t.Tags)
		}
	case "task":
		if t := state.FindTask(tx, resource); t != nil {
			return tagsIf(true, t.Tags)
		}
	case "container-instance":
		if c := state.FindContainerInstance(tx, resource); c != nil {
			return tagsIf(true, c.Tags)
		}
	case "capacity-provider":
		if p := capacityprovider.Providers.Find(tx, parsed.Scope, arn.Name(resource)); p != nil && p.ARN == resource {
			return tagsIf(true, p.Tags)
		}
	case "daemon":
		if d := daemon.Find(tx, resource); d != nil {
			return tagsIf(true, d.Tags)
		}
	case "daemon-task-definition":
		if d := daemon.FindDefinition(tx, resource); d != nil && d.ARN == resource {
			return tagsIf(true, d.Tags)
		}
	case "gateway":
		if g := gateway.Find(tx, resource); g != nil {
			return tagsIf(true, g.Tags)
		}
	case "task-definition":
		return tagsOfDefinition(tx, parsed.Scope, resource)
	}
	return nil
}

func tagsOfDefinition(tx *store.Tx, scope arn.Scope, resource string) []tagging.Tag {
	ref, err := taskdef.ParseRef(resource)
	if err != nil || ref.Revision == 0 {
		return nil
	}
	d := taskdefinition.Find(tx, scope, ref.Family, int(ref.Revision))
	if d == nil || d.ARN != resource {
		return nil
	}
	return tagsIf(true, d.Tags)
}

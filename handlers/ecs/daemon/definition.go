package daemon

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// RegisterDaemonTaskDefinition adds a revision to a family. What it refuses, and in which words, is as with task definitions: a
// choice, as AWS's are not published (ECS0350).
//
// Source: ECS API reference, RegisterDaemonTaskDefinition.
func (a *API) RegisterDaemonTaskDefinition(ctx context.Context, in *sdk.RegisterDaemonTaskDefinitionInput) (*sdk.RegisterDaemonTaskDefinitionOutput, error) {
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	call := awsapi.FromContext(ctx)
	scope := call.Scope()
	def, err := taskdef.Register(inForm(in), taskdef.Env{
		Partition: scope.Partition(), Account: scope.Account, RequestBytes: call.RequestBytes, InRegistry: a.inRegistry,
	})
	if err != nil {
		return nil, err
	}
	if err := kit.PassRoles(ctx, aws.ToString(def.TaskRoleArn), aws.ToString(def.ExecutionRoleArn)); err != nil {
		return nil, err
	}
	d := &daemon.Definition{Family: strings.Clone(*def.Family), Shown: shownForm(def, in), Tags: kit.OwnTags(in.Tags)}
	err = a.Store.Update(func(tx *store.Tx) error {
		if !a.Quotas.Allows(quota.DaemonRevisions, len(daemon.Revisions(tx, scope, d.Family))+1) {
			return errTooManyRevisions
		}
		daemon.Register(tx, scope, d, def, call.Principal(), a.Now())
		return nil
	})
	return &sdk.RegisterDaemonTaskDefinitionOutput{DaemonTaskDefinitionArn: &d.ARN}, err
}

// errTooManyRevisions is in the emulator's words.
var errTooManyRevisions = &types.LimitExceededException{Message: aws.String("The limit on the number of revisions of the daemon task definition has been exceeded.")}

// inForm is a request in the form of one for task definitions. Daemons listen in the namespace of their instance, where all its
// tasks find them at one address: a choice, as on AWS daemon_bridge is a network of their own. The host of pidMode and ipcMode is
// the instance as well, where tasks with host join it.
func inForm(in *sdk.RegisterDaemonTaskDefinitionInput) *sdk.RegisterTaskDefinitionInput {
	asked := &sdk.RegisterTaskDefinitionInput{
		Family: in.Family, Cpu: in.Cpu, Memory: in.Memory, ExecutionRoleArn: in.ExecutionRoleArn, TaskRoleArn: in.TaskRoleArn,
		NetworkMode:             types.NetworkModeHost,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityEc2},
	}
	convert(&in.ContainerDefinitions, &asked.ContainerDefinitions)
	convert(&in.Volumes, &asked.Volumes)
	if in.PidMode == types.DaemonPidModeShared {
		asked.PidMode = types.PidModeHost
	}
	if in.IpcMode == types.DaemonIpcModeShared {
		asked.IpcMode = types.IpcModeHost
	}
	return asked
}

// shownForm is a registered definition as it is answered.
func shownForm(def *types.TaskDefinition, in *sdk.RegisterDaemonTaskDefinitionInput) types.DaemonTaskDefinition {
	shown := types.DaemonTaskDefinition{
		Cpu: def.Cpu, Memory: def.Memory, ExecutionRoleArn: def.ExecutionRoleArn, TaskRoleArn: def.TaskRoleArn,
		PidMode: in.PidMode, IpcMode: in.IpcMode, Volumes: []types.DaemonVolume{},
	}
	convert(&def.ContainerDefinitions, &shown.ContainerDefinitions)
	convert(&def.Volumes, &shown.Volumes)
	return shown
}

// convert copies the members that both forms have.
func convert[From, To any](from *[]From, to *[]To) {
	for i := range *from {
		var each To
		if err := wire.Unmarshal(wire.Marshal(&(*from)[i]), &each); err != nil {
			panic("daemon: a definition in another form: " + err.Error()) // both are the SDK's
		}
		*to = append(*to, each)
	}
}

// errNoDefinition is in words by analogy with task definitions.
var errNoDefinition = kit.ClientError("Unable to describe daemon task definition.")

// findDefinition returns what a family, family:revision or ARN refers to; a family refers to its newest ACTIVE revision.
func findDefinition(tx *store.Tx, scope arn.Scope, ref string) (*daemon.Definition, error) {
	parsed, err := daemon.ParseRef(ref)
	if err != nil {
		return nil, err
	}
	if parsed.Region != "" {
		if err := kit.CheckRegion(scope, arn.ARN{Scope: arn.Scope{Region: parsed.Region}}); err != nil {
			return nil, err
		}
		if parsed.Account != scope.Account || parsed.Partition != scope.Partition() {
			return nil, errNoDefinition
		}
	}
	var found *daemon.Definition
	if parsed.Revision == 0 {
		found = daemon.Latest(tx, scope, parsed.Family)
	} else {
		found = daemon.FindDefinition(tx, daemon.DefinitionARN(scope, parsed.Family, int(parsed.Revision)))
	}
	if found == nil {
		return nil, errNoDefinition
	}
	return found, nil
}

// DescribeDaemonTaskDefinition shows a definition in any status.
//
// Source: ECS API reference, DescribeDaemonTaskDefinition.
func (a *API) DescribeDaemonTaskDefinition(ctx context.Context, in *sdk.DescribeDaemonTaskDefinitionInput) (*sdk.DescribeDaemonTaskDefinitionOutput, error) {
	tx := a.Store.Read()
	d, err := findDefinition(tx, kit.Scope(ctx), aws.ToString(in.DaemonTaskDefinition))
	if err != nil {
		return nil, err
	}
	shown := d.Shown
	shown.Status = d.Status(tx, a.Now())
	shown.DeleteRequestedAt = kit.Instant(&d.DeletedAt)
	return &sdk.DescribeDaemonTaskDefinitionOutput{DaemonTaskDefinition: &shown}, nil
}

// DeleteDaemonTaskDefinition deletes a definition that is ACTIVE. The words of its refusals are by analogy with task definitions.
//
// Source: ECS API reference, DeleteDaemonTaskDefinition.
func (a *API) DeleteDaemonTaskDefinition(ctx context.Context, in *sdk.DeleteDaemonTaskDefinitionInput) (*sdk.DeleteDaemonTaskDefinitionOutput, error) {
	scope, ref := kit.Scope(ctx), aws.ToString(in.DaemonTaskDefinition)
	parsed, err := daemon.ParseRef(ref)
	if err != nil {
		return nil, err
	}
	if err := parsed.RequireRevision(); err != nil {
		return nil, err
	}
	out := &sdk.DeleteDaemonTaskDefinitionOutput{}
	err = a.Store.Update(func(tx *store.Tx) error {
		old, err := findDefinition(tx, scope, ref)
		switch {
		case err != nil:
			return err
		case !old.DeletedAt.IsZero():
			return kit.ClientError("The specified daemon task definition is not in ACTIVE status.")
		}
		d := *old
		d.DeletedAt = a.Now()
		daemon.PutDefinition(tx, &d)
		out.DaemonTaskDefinitionArn = &d.ARN
		return nil
	})
	return out, err
}

// ListDaemonTaskDefinitions lists definitions by family and revision.
//
// Source: ECS API reference, ListDaemonTaskDefinitions.
func (a *API) ListDaemonTaskDefinitions(ctx context.Context, in *sdk.ListDaemonTaskDefinitionsInput) (*sdk.ListDaemonTaskDefinitionsOutput, error) {
	scope, tx, now := kit.Scope(ctx), a.Store.Read(), a.Now()
	rows := daemon.Definitions(tx, scope, aws.ToString(in.FamilyPrefix))
	if family := aws.ToString(in.Family); family != "" {
		rows = slices.DeleteFunc(rows, func(d *daemon.Definition) bool { return d.Family != family })
	}
	if in.Revision == types.DaemonTaskDefinitionRevisionFilterLastRegistered {
		rows = lastRegistered(rows)
	}
	rows = slices.DeleteFunc(rows, func(d *daemon.Definition) bool { return !filtered(d.Status(tx, now), in.Status) })
	descending := in.Sort == types.SortOrderDesc
	if descending {
		slices.Reverse(rows)
	}
	rows, next, err := kit.Page(rows, func(d *daemon.Definition) string { return d.ID }, kit.PageQuery{
		Operation: "ListDaemonTaskDefinitions", Scope: scope, Descending: descending,
		Filters: []string{aws.ToString(in.FamilyPrefix), aws.ToString(in.Family), string(in.Revision), string(in.Status), string(in.Sort)},
		Size:    kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListDaemonTaskDefinitionsOutput{DaemonTaskDefinitions: make([]types.DaemonTaskDefinitionSummary, len(rows)), NextToken: next}
	for i, d := range rows {
		out.DaemonTaskDefinitions[i] = types.DaemonTaskDefinitionSummary{
			Arn: &d.ARN, RegisteredAt: d.Shown.RegisteredAt, RegisteredBy: d.Shown.RegisteredBy, Status: d.Status(tx, now),
			DeleteRequestedAt: kit.Instant(&d.DeletedAt),
		}
	}
	return out, nil
}

// lastRegistered are the highest revisions of each family, in any status.
func lastRegistered(rows []*daemon.Definition) (last []*daemon.Definition) {
	for i, d := range rows {
		if i+1 == len(rows) || rows[i+1].Family != d.Family {
			last = append(last, d)
		}
	}
	return last
}

func filtered(s types.DaemonTaskDefinitionStatus, by types.DaemonTaskDefinitionStatusFilter) bool {
	switch by {
	case types.DaemonTaskDefinitionStatusFilterAll:
		return true
	case types.DaemonTaskDefinitionStatusFilterDeleteInProgress:
		return s == types.DaemonTaskDefinitionStatusDeleteInProgress
	}
	return s == types.DaemonTaskDefinitionStatusActive
}

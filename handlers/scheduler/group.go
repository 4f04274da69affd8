package scheduler

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// mostListed is how many schedules and groups a page has. Source: the service model.
const mostListed = 100

// time of a change: AWS shows milliseconds (EVS0001).
func (a *API) time() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }

// group finds a group that is there (EVS0002).
func (a *API) group(tx *store.Tx, scope arn.Scope, name *string) (*eventbridgescheduler.Group, error) {
	asked := cmp.Or(aws.ToString(name), eventbridgescheduler.DefaultGroup)
	g := eventbridgescheduler.FindGroup(tx, scope, asked)
	if g == nil || g.Gone(a.Now()) {
		return nil, notFound("Schedule group %s does not exist.", asked)
	}
	return g, nil
}

// changeable finds a group that can be changed: the default group is as it is. Source: field reports for the text, which
// AWS was seen to answer to CreateScheduleGroup.
func (a *API) changeable(tx *store.Tx, scope arn.Scope, name string) (*eventbridgescheduler.Group, error) {
	if name == eventbridgescheduler.DefaultGroup {
		return nil, invalid("This operation cannot be performed on schedule group %s.", name)
	}
	g, err := a.group(tx, scope, &name)
	if err != nil {
		return nil, err
	}
	if !g.GoneAt.IsZero() { // the text is the emulator's
		return nil, conflict("Schedule group %s is being deleted.", name)
	}
	return g, nil
}

func (a *API) CreateScheduleGroup(ctx context.Context, in *sdk.CreateScheduleGroupInput) (*sdk.CreateScheduleGroupOutput, error) {
	if *in.Name == eventbridgescheduler.DefaultGroup {
		return nil, invalid("This operation cannot be performed on schedule group %s.", *in.Name)
	}
	scope, now := awsapi.CallScope(ctx), a.time()
	tags, err := withTags(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	made := &eventbridgescheduler.Group{Scope: scope, Name: *in.Name, Tags: tags, CreatedAt: now, ModifiedAt: now}
	once := clienttoken.In(ctx, in.ClientToken, in)
	return &sdk.CreateScheduleGroupOutput{ScheduleGroupArn: aws.String(made.ARN())}, a.Store.Update(func(tx *store.Tx) error {
		if there := eventbridgescheduler.FindGroup(tx, scope, *in.Name); there != nil && !there.Gone(now) {
			if repeats(tx, once) {
				return nil
			}
			return conflict("Schedule group %s already exists.", *in.Name)
		}
		eventbridgescheduler.PutGroup(tx, made)
		once.Remember(tx, now)
		return nil
	})
}

func (a *API) GetScheduleGroup(ctx context.Context, in *sdk.GetScheduleGroupInput) (*sdk.GetScheduleGroupOutput, error) {
	g, err := a.group(a.Store.Read(), awsapi.CallScope(ctx), in.Name)
	if err != nil {
		return nil, err
	}
	return &sdk.GetScheduleGroupOutput{
		Arn: aws.String(g.ARN()), Name: &g.Name, State: stateOf(g),
		CreationDate: awsapi.OptionalTime(g.CreatedAt), LastModificationDate: awsapi.OptionalTime(g.ModifiedAt),
	}, nil
}

func stateOf(g *eventbridgescheduler.Group) types.ScheduleGroupState {
	if !g.GoneAt.IsZero() {
		return types.ScheduleGroupStateDeleting
	}
	return types.ScheduleGroupStateActive
}

// ListScheduleGroups answers groups, of which the default group is always one.
func (a *API) ListScheduleGroups(ctx context.Context, in *sdk.ListScheduleGroupsInput) (*sdk.ListScheduleGroupsOutput, error) {
	scope, now, tx := awsapi.CallScope(ctx), a.Now(), a.Store.Read()
	all := append(eventbridgescheduler.Groups(tx, scope), eventbridgescheduler.FindGroup(tx, scope, eventbridgescheduler.DefaultGroup))
	all = slices.DeleteFunc(all, func(g *eventbridgescheduler.Group) bool {
		return g.Gone(now) || !strings.HasPrefix(g.Name, aws.ToString(in.NamePrefix))
	})
	part, next, err := page.Cut(all, (*eventbridgescheduler.Group).ARN, page.Request{
		Token: in.NextToken, Size: in.MaxResults, Most: mostListed, Form: tokenOf("groups", aws.ToString(in.NamePrefix)),
	})
	if err != nil {
		return nil, badToken()
	}
	out := &sdk.ListScheduleGroupsOutput{ScheduleGroups: []types.ScheduleGroupSummary{}, NextToken: next}
	for _, g := range part {
		out.ScheduleGroups = append(out.ScheduleGroups, types.ScheduleGroupSummary{
			Arn: aws.String(g.ARN()), Name: &g.Name, State: stateOf(g),
			CreationDate: awsapi.OptionalTime(g.CreatedAt), LastModificationDate: awsapi.OptionalTime(g.ModifiedAt),
		})
	}
	return out, nil
}

// DeleteScheduleGroup removes a group with its schedules. AWS shows the group as DELETING for some seconds (EVS0002).
func (a *API) DeleteScheduleGroup(ctx context.Context, in *sdk.DeleteScheduleGroupInput) (*sdk.DeleteScheduleGroupOutput, error) {
	scope, now := awsapi.CallScope(ctx), a.time()
	once := clienttoken.In(ctx, in.ClientToken, in)
	return &sdk.DeleteScheduleGroupOutput{}, a.Store.Update(func(tx *store.Tx) error {
		if repeats(tx, once) {
			return nil
		}
		g, err := a.changeable(tx, scope, *in.Name)
		if err != nil {
			return err
		}
		eventbridgescheduler.DeleteGroup(tx, g)
		if a.GroupDeletion > 0 {
			going := *g
			going.ModifiedAt, going.GoneAt = now, now.Add(a.GroupDeletion)
			eventbridgescheduler.PutGroup(tx, &going)
		}
		once.Remember(tx, now)
		return nil
	})
}

package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

// ListSchedules answers schedules. AWS does not sort them by name (EVS0004).
func (a *API) ListSchedules(ctx context.Context, in *sdk.ListSchedulesInput) (*sdk.ListSchedulesOutput, error) {
	scope, tx, group := awsapi.CallScope(ctx), a.Store.Read(), ""
	if in.GroupName != nil {
		g, err := a.group(tx, scope, in.GroupName)
		if err != nil {
			return nil, err
		}
		group = g.Name + "/"
	}
	all := slices.DeleteFunc(eventbridgescheduler.Schedules.Starting(tx, scope, group), func(s *eventbridgescheduler.Schedule) bool {
		return !strings.HasPrefix(s.Name, aws.ToString(in.NamePrefix)) || in.State != "" && s.State != in.State
	})
	part, next, err := page.Cut(all, place, page.Request{
		Token: in.NextToken, Size: in.MaxResults, Most: mostListed, Form: tokenOf("schedules", group, aws.ToString(in.NamePrefix), string(in.State)),
	})
	if err != nil {
		return nil, badToken()
	}
	out := &sdk.ListSchedulesOutput{Schedules: []types.ScheduleSummary{}, NextToken: next}
	for _, s := range part {
		out.Schedules = append(out.Schedules, types.ScheduleSummary{
			Arn: aws.String(s.ARN()), GroupName: &s.Group, Name: &s.Name, State: s.State,
			CreationDate: &s.CreatedAt, LastModificationDate: &s.ModifiedAt, Target: &types.TargetSummary{Arn: s.Target.Arn},
		})
	}
	return out, nil
}

// tokenOf is the form of tokens, which are bound to what was asked for. That is a choice: what AWS says of a token of
// another request has not been seen.
func tokenOf(asked ...string) page.Form {
	digest := sha256.Sum256([]byte(strings.Join(asked, "\x00")))
	return page.Form{Head: base64.URLEncoding.EncodeToString(digest[:9])}
}

// place is where a schedule stands in lists: by a digest, so that no client relies on an order by names.
func place(s *eventbridgescheduler.Schedule) string {
	name := s.Group + "/" + s.Name
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(name))
	return string(binary.BigEndian.AppendUint64(nil, sum.Sum64())) + name
}

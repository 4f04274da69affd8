package cloudwatchlogs

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

// DescribeLogGroups lists groups in order of their names. Figures that a group always has
// are those of recorded answers (LOGS0001).
func (a *API) DescribeLogGroups(ctx context.Context, in *cloudwatchlogs.DescribeLogGroupsInput) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil { // the text is the emulator's
		return nil, invalid("LogGroupNamePrefix and LogGroupNamePattern are mutually exclusive parameters.")
	}
	after, err := fromToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeLogGroupsOutput{LogGroups: []types.LogGroup{}}
	groups, bytes := a.store.Groups(awsapi.CallScope(ctx), aws.ToString(in.LogGroupNamePrefix))
	filters, err := a.store.MetricFilters(awsapi.CallScope(ctx), "")
	if err != nil {
		return nil, err
	}
	of := map[string]int32{}
	for _, f := range filters {
		of[f.Group]++
	}
	for i, g := range groups {
		identified := len(in.LogGroupIdentifiers) == 0 || slices.ContainsFunc(in.LogGroupIdentifiers, func(id string) bool {
			return id == g.Name || strings.TrimSuffix(id, ":*") == g.ARN()
		})
		if g.Name <= after || !identified || in.LogGroupClass != "" && g.Class != in.LogGroupClass ||
			!strings.Contains(g.Name, aws.ToString(in.LogGroupNamePattern)) {
			continue
		}
		if len(out.LogGroups) == limit(in.Limit, 50) {
			out.NextToken = toToken(*out.LogGroups[len(out.LogGroups)-1].LogGroupName)
			break
		}
		out.LogGroups = append(out.LogGroups, describeGroup(g, bytes[i], of[g.Name]))
	}
	return out, nil
}

func describeGroup(g logs.Group, bytes int64, metricFilters int32) types.LogGroup {
	d := types.LogGroup{
		LogGroupName: aws.String(g.Name), CreationTime: aws.Int64(g.Created.UnixMilli()), MetricFilterCount: &metricFilters,
		Arn: aws.String(g.ARN() + ":*"), StoredBytes: aws.Int64(bytes), LogGroupClass: g.Class, LogGroupArn: aws.String(g.ARN()),
		DeletionProtectionEnabled: aws.Bool(g.Protected), BearerTokenAuthenticationEnabled: aws.Bool(false),
	}
	if d.LogGroupClass == "" { // made by a log driver
		d.LogGroupClass = types.LogGroupClassStandard
	}
	if g.Retention > 0 {
		d.RetentionInDays = aws.Int32(g.Retention)
	}
	if g.KMSKey != "" {
		d.KmsKeyId = aws.String(g.KMSKey)
	}
	return d
}

func (a *API) ListLogGroups(ctx context.Context, in *cloudwatchlogs.ListLogGroupsInput) (*cloudwatchlogs.ListLogGroupsOutput, error) {
	if len(in.DataSources) > 0 || len(in.FieldIndexNames) > 0 || len(in.LogGroupTags) > 0 {
		return nil, awsapi.NotImplemented("logs", "dataSources, fieldIndexNames and logGroupTags of ListLogGroups")
	}
	after, err := fromToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.ListLogGroupsOutput{LogGroups: []types.LogGroupSummary{}}
	groups, _ := a.store.Groups(awsapi.CallScope(ctx), "")
	for _, g := range groups {
		if g.Name <= after || !matchesAny(g.Name, aws.ToString(in.LogGroupNamePattern)) || in.LogGroupClass != "" && g.Class != in.LogGroupClass {
			continue
		}
		if len(out.LogGroups) == limit(in.Limit, 50) {
			out.NextToken = toToken(*out.LogGroups[len(out.LogGroups)-1].LogGroupName)
			break
		}
		d := describeGroup(g, 0, 0)
		out.LogGroups = append(out.LogGroups, types.LogGroupSummary{LogGroupArn: d.LogGroupArn, LogGroupName: d.LogGroupName, LogGroupClass: d.LogGroupClass})
	}
	return out, nil
}

// matchesAny reports whether a name has one of the parts of a pattern, or begins with it.
// Source: API reference of ListLogGroups.
func matchesAny(name, pattern string) bool {
	return slices.ContainsFunc(strings.Split(pattern, "|"), func(part string) bool {
		if prefix, anchored := strings.CutPrefix(part, "^"); anchored {
			return strings.HasPrefix(name, prefix)
		}
		return strings.Contains(name, part)
	})
}

func limit(asked *int32, usual int) int {
	if asked != nil {
		return int(*asked)
	}
	return usual
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }

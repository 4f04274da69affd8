package cloudwatch

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// historyPage is how many items are told at once. Source: CloudWatch API reference, DescribeAlarmHistory.
const historyPage = 100

// DescribeAlarmHistory answers the items of one alarm or of all, newest first, also of alarms that are deleted (CW0020).
func (a *API) DescribeAlarmHistory(ctx context.Context, in *sdk.DescribeAlarmHistoryInput) (*sdk.DescribeAlarmHistoryOutput, error) {
	if in.AlarmContributorId != nil {
		return nil, notBuilt("AlarmContributorId, which is of alarms of Metrics Insights queries,")
	}
	alarmTypes := in.AlarmTypes
	if len(alarmTypes) == 0 { // Source: CloudWatch API reference, DescribeAlarmHistory
		alarmTypes = []types.AlarmType{types.AlarmTypeMetricAlarm}
	}
	oldest := a.now().Add(-cloudwatch.KeepHistory)
	found := slices.DeleteFunc(slices.Clone(cloudwatch.History(a.store.Read(), awsapi.CallScope(ctx), aws.ToString(in.AlarmName))), func(h *cloudwatch.HistoryItem) bool {
		return !slices.Contains(alarmTypes, h.AlarmType) || in.HistoryItemType != "" && h.Type != in.HistoryItemType || h.At.Before(oldest) ||
			in.StartDate != nil && h.At.Before(*in.StartDate) || in.EndDate != nil && h.At.After(*in.EndDate)
	})
	key := keyOfHistory(in.ScanBy == types.ScanByTimestampAscending)
	sorting.By(found, func(x, y *cloudwatch.HistoryItem) int { return cmp.Compare(key(x), key(y)) })
	part, next, err := page.Cut(found, key, page.Request{Token: in.NextToken, Size: in.MaxRecords, Most: historyPage})
	if err != nil {
		return nil, awsapi.Errorf("InvalidNextToken", "Invalid NextToken : %s", *in.NextToken)
	}
	out := &sdk.DescribeAlarmHistoryOutput{AlarmHistoryItems: make([]types.AlarmHistoryItem, len(part)), NextToken: next}
	for i, h := range part {
		out.AlarmHistoryItems[i] = types.AlarmHistoryItem{
			AlarmName: &h.AlarmName, AlarmType: h.AlarmType, Timestamp: &h.At, HistoryItemType: h.Type, HistorySummary: &h.Summary, HistoryData: &h.Data,
		}
	}
	return out, nil
}

// keyOfHistory makes keys in the order in which items are told.
func keyOfHistory(ascending bool) func(h *cloudwatch.HistoryItem) string {
	return func(h *cloudwatch.HistoryItem) string {
		at, number := uint64(h.At.UnixNano()), h.Number
		if !ascending {
			at, number = ^at, ^number
		}
		return fmt.Sprintf("%016x%016x%s", at, number, h.AlarmName)
	}
}

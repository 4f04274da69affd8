package cloudwatch

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	history      = store.NewTable("cloudwatch-history", (*HistoryItem).Key)
	historyByAge = history.Ages(func(h *HistoryItem) time.Time { return h.At })
)

// HistoryItem is a line of DescribeAlarmHistory. It outlives its alarm, for 30 days; retention removes it then.
type HistoryItem struct {
	Scope     arn.Scope
	AlarmName string
	AlarmType types.AlarmType
	Number    uint64 // of the items of an alarm; AddHistory gives it
	At        time.Time
	Type      types.HistoryItemType
	Summary   string
	Data      string // JSON
}

// KeepHistory is how long items are told. Source: CloudWatch API reference, DescribeAlarmHistory.
const KeepHistory = 30 * 24 * time.Hour

// Key sorts items by their alarm, oldest first.
func (h *HistoryItem) Key() string {
	return historyOf(h.Scope, h.AlarmName) + fmt.Sprintf("%016x", h.Number)
}

func historyOf(s arn.Scope, alarm string) string { return prefix(s) + alarm + "\x00" }

// AddHistory writes a new item.
func AddHistory(tx *store.Tx, h *HistoryItem) {
	h.Number = 1
	for last := range history.Backward(tx, historyOf(h.Scope, h.AlarmName)) {
		h.Number = last.Number + 1
		break
	}
	history.Put(tx, h)
}

// History returns the items of an alarm, or with an empty name of all alarms of a scope, by alarm and oldest first.
func History(tx *store.Tx, s arn.Scope, alarm string) []*HistoryItem {
	if alarm == "" {
		return history.List(tx, prefix(s))
	}
	return history.List(tx, historyOf(s, alarm))
}

// ForgetHistory removes the items from before a time.
func ForgetHistory(tx *store.Tx, before time.Time) { historyByAge.Forget(tx, before) }

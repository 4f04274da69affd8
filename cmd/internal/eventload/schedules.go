package eventload

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

// putSchedules makes schedules that are due in years.
func (w *world) putSchedules(ctx context.Context, n int) (err error) {
	client := scheduler.NewFromConfig(w.Config())
	var making sync.WaitGroup
	var mu sync.Mutex
	const clients = 8
	for first := range clients {
		making.Go(func() {
			for i := first; i < n; i += clients {
				_, failed := client.CreateSchedule(ctx, &scheduler.CreateScheduleInput{
					Name: aws.String(fmt.Sprintf("s%d", i)), ScheduleExpression: aws.String("cron(0 0 1 1 ? 2090)"),
					FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
					Target:             &types.Target{Arn: aws.String(target), RoleArn: aws.String("arn:aws:iam::000000000000:role/schedules")},
				})
				if failed != nil {
					mu.Lock()
					err = errors.Join(err, failed)
					mu.Unlock()
					return
				}
			}
		})
	}
	making.Wait()
	return err
}

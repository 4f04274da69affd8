// Package watchload measures what metrics and alarms cost the clock: alarms that are evaluated, and services that are
// scaled by their CPU.
package watchload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Case is a figure. Run is called in a process of its own.
type Case struct {
	Name  string
	Unit  string // of the figure, behind a blank
	Limit float64
	Run   func(ctx context.Context, w *world) (float64, error)
}

var Cases = []Case{
	{"1,000 alarms in real time", " % of a core", 1, evaluateAlarms},
	{"a day of 100 alarms and 20 tracked services", " s", 5, day},
	{"an alarm to UpdateService, p50", " ms", 20, alarmToUpdate},
	{"heap for 10,000 metrics of 60 minutes", " MiB", 64, weighDataPoints},
	{"GetMetricData of 100 queries over 3 hours", " ms", 20, readData},
	{"150 days of a service that nothing watches", " s", 3, idle},
}

// Print prints the figure of the case that its argument names, a role of cmd/bench.
func Print(args []string) (err error) {
	for _, c := range Cases {
		if len(args) != 1 || c.Name != args[0] {
			continue
		}
		srv, err := emulator.New(emulator.Options{Speed: emulator.Still})
		if err != nil {
			return err
		}
		ctx := context.Background()
		figure, err := c.Run(ctx, newWorld(srv))
		if err = errors.Join(err, srv.Close()); err == nil {
			fmt.Println(figure)
		}
		return err
	}
	return fmt.Errorf("watch: none of the cases is %q", args)
}

// evaluateAlarms is the CPU time of half an hour in which 1,000 alarms are evaluated each minute, of as many metrics with
// data for each.
func evaluateAlarms(ctx context.Context, w *world) (percent float64, err error) {
	const alarms, minutes = 1000, 30
	begin := w.Clock().Now()
	for m := range minutes {
		var data []types.MetricDatum
		for i := range alarms {
			data = append(data, types.MetricDatum{
				MetricName: aws.String(fmt.Sprint("errors-", i)), Value: aws.Float64(1), Timestamp: aws.Time(begin.Add(time.Duration(m) * time.Minute)),
			})
		}
		if _, err := w.cloudwatch.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: data}); err != nil {
			return 0, err
		}
	}
	for i := range alarms {
		if err := w.putAlarm(ctx, i, "Shop", fmt.Sprint("errors-", i)); err != nil {
			return 0, err
		}
	}
	before := processusage.CPU(os.Getpid())
	if err := w.Clock().Advance(minutes * time.Minute); err != nil {
		return 0, err
	}
	used := processusage.CPU(os.Getpid()) - before
	return 100 * used.Seconds() / (minutes * 60), w.allAre(ctx, types.StateValueOk, alarms)
}

// day is for how many seconds the clock goes through a day of 20 services that are scaled by their CPU, and of 100 alarms on
// that CPU.
func day(ctx context.Context, w *world) (float64, error) {
	const services, alarms = 20, 100
	if err := w.trackedServices(ctx, services); err != nil {
		return 0, err
	}
	for i := range alarms {
		name := fmt.Sprint("service-", i%services)
		if err := w.putAlarm(ctx, i, "AWS/ECS", "CPUUtilization", "ClusterName", "default", "ServiceName", name); err != nil {
			return 0, err
		}
	}
	return w.advance(24 * time.Hour)
}

// idle is for how many seconds the clock goes through 150 days of a service without metrics that anything wants.
func idle(ctx context.Context, w *world) (float64, error) {
	if err := w.services(ctx, 1); err != nil {
		return 0, err
	}
	return w.advance(150 * 24 * time.Hour)
}

func (w *world) advance(d time.Duration) (seconds float64, err error) {
	began := time.Now()
	err = w.Clock().Advance(d)
	return time.Since(began).Seconds(), err
}

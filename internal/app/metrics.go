package app

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	targets "github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	alarms "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmaction"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/evaluation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/suppression"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescaling"
)

// Metrics are metrics and alarms of CloudWatch, and the scaling of services by them.
type Metrics struct {
	*Core
	// Size is how many bytes of memory data points may take.
	Size int64
	// Way refuses targets of alarms to which there is no way.
	Way func(targetARN string) error

	store     *metric.Store
	alarms    *evaluation.Evaluator
	collector atomic.Pointer[collection.Collector]
	scaling   atomic.Pointer[servicescaling.Controller]
}

// Module lists what it brings.
func (m *Metrics) Module() Module {
	return Module{
		Name: "metrics",
		Rows: []string{
			"cloudwatch-action", "cloudwatch-last-action", "cloudwatch-alarm", "cloudwatch-composite-alarm", "cloudwatch-dashboard",
			"application-autoscaling-policy", "application-autoscaling-scheduled-action", "application-autoscaling-target",
		},
		Forgets: []Forgetting{
			{[]string{"cloudwatch-history"}, func(tx *store.Tx, now time.Time) { alarms.ForgetHistory(tx, now.Add(-alarms.KeepHistory)) }},
			{[]string{"application-autoscaling-activity"}, func(tx *store.Tx, now time.Time) { targets.ForgetActivities(tx, now.Add(-targets.KeepActivities)) }},
		},
		Open: m.open, Offer: m.offer, Begin: m.begin, Reset: m.reset, Close: m.close,
		Announcements: []Announcement{{
			About: func(change any) (About, bool) {
				c, ok := change.(*alarms.AlarmChange)
				if !ok {
					return About{}, false
				}
				return About{c.AlarmARN, "aws.cloudwatch", cloudwatch.AlarmDetailType(c)}, true
			},
			JSON: func(_ *store.Tx, e outbox.Event) []byte {
				return cloudwatch.AlarmEvent(e.Value.Value().(*alarms.AlarmChange), e.At)
			},
		}},
	}
}

// open opens the store of data points. Its file lies beside the state: only an emulator that has the state open gets
// here, so it is the only writer.
func (m *Metrics) open(context.Context) (err error) {
	if m.Upstream != nil {
		m.Log.Info("metrics, alarms and scaling of services are the emulator's own: what is put at the upstream is not seen here")
	}
	where := metric.Options{Size: m.Size, Clock: m.Clock, Log: m.Log}
	if m.DataDir != "" {
		where.Path = filepath.Join(m.DataDir, "metrics.db")
	}
	if m.store, err = metric.Open(where); err != nil {
		return err
	}
	m.alarms = &evaluation.Evaluator{
		Store: m.Store, Metrics: m.store, Log: m.Log,
		Repeat: func(tx *store.Tx, a *alarms.Alarm, policy string, values []float64) bool {
			return m.scaling.Load().Repeats(tx, a, policy, values)
		},
	}
	return nil
}

// Points are the data points, for modules that put some.
func (m *Metrics) Points() *metric.Store { return m.store }

func (m *Metrics) offer() Offer {
	return Offer{
		APIs: []API{
			applicationautoscaling.New(m.Store, m.Clock.Now),
			cloudwatch.New(cloudwatch.Options{Store: m.Store, Now: m.Clock.Now, Metrics: m.store, Collect: m.Collect, Log: m.Log}),
		},
		Routes:   control.ScalingRoutes(m.Scaling, m.Log),
		Measures: []control.Measure{control.MeasureDataPoints(m.store.Size)},
	}
}

// begin comes after the modules that have sources and demands.
func (m *Metrics) begin(before Work) Work {
	collector := collection.New(collection.Options{
		Metrics: m.store, Store: m.Store, Clock: m.Clock, Log: m.Log, Sources: before.Sources, Evaluate: m.alarms.Evaluate,
		Demands: append(before.Demands, collection.Demand{On: alarms.OnAlarmDemand, Step: alarms.AlarmDemand}),
	})
	scaling := servicescaling.New(servicescaling.Options{
		Store: m.Store, Clock: m.Clock, Log: m.Log, Client: m.Client, Role: m.Credentials.Role, Values: m.alarms.Values,
	})
	m.collector.Store(collector)
	m.scaling.Store(scaling)
	return Work{Loops: []controllers.Loop{
		controllers.Of("service scaling", scaling),
		controllers.Of("suppressed actions", suppression.New(m.Store, m.Clock, m.Log)),
		controllers.Of("actions of alarms", alarmaction.New(alarmaction.Options{Store: m.Store, Clock: m.Clock, Log: m.Log, Way: m.Way})),
		controllers.Of("metrics", collector),
	}}
}

// Scaling tells what scales services, and what holds it.
func (m *Metrics) Scaling() targets.Report { return m.scaling.Load().Report() }

// Collect brings what has been counted until now into the store of data points: a client is about to look, or the clock
// moves.
func (m *Metrics) Collect(ctx context.Context) { m.collector.Load().Read(ctx) }

func (m *Metrics) reset() error {
	m.store.Reset()
	return nil
}

func (m *Metrics) close() error {
	switch {
	case m.store == nil:
		return nil
	case m.Begun:
		return m.store.Close()
	}
	return m.store.Abandon() // the start is refused
}

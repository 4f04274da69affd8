package emulator

import (
	"context"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/evaluation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/measuring"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/capacitymetric"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// openMetrics opens the store of metrics. Its file lies beside the state: only an emulator that has the state open gets here,
// so it is the only writer.
func (s *Server) openMetrics() (err error) {
	if s.upstream != nil {
		s.opts.Log.Info("metrics, alarms and scaling of services are the emulator's own: what is put at the upstream is not seen here")
	}
	where := metric.Options{Size: s.opts.MetricsSize, Clock: s.clock, Log: s.opts.Log}
	if s.opts.DataDir != "" {
		where.Path = filepath.Join(s.opts.DataDir, "metrics.db")
	}
	s.metrics, err = metric.Open(where)
	return err
}

// sources are those of AWS's own metrics: a line each. The load balancers, the proxies and the agent are those of a set of controllers,
// which are at work when sources are asked.
func (s *Server) sources() []collection.Source {
	return []collection.Source{
		s.newUsage(),
		&measuring.Source{Counters: &s.deliveries},
		&capacitymetric.Source{Store: s.store, Began: s.clock.Now()},
		s.balanced,
		s.connected,
	}
}

// demands are the rows that want metrics by the clock.
func demands() []collection.Demand {
	return []collection.Demand{
		{On: cloudwatch.OnAlarmDemand, Step: cloudwatch.AlarmDemand},
		{On: state.OnClusterMetricDemand, Step: state.ClusterMetricDemand},
		{On: state.OnServiceMetricDemand, Step: state.ServiceMetricDemand},
	}
}

// newCollector collects metrics and has alarms evaluated.
func (s *Server) newCollector() *collection.Collector {
	return collection.New(collection.Options{
		Metrics: s.metrics, Store: s.store, Clock: s.clock, Log: s.opts.Log, Sources: s.sources(), Demands: demands(), Evaluate: s.alarms.Evaluate,
	})
}

// newEvaluator evaluates alarms on the metrics.
func (s *Server) newEvaluator() *evaluation.Evaluator {
	return &evaluation.Evaluator{
		Store: s.store, Metrics: s.metrics, Log: s.opts.Log,
		Repeat: func(tx *store.Tx, a *cloudwatch.Alarm, policy string, values []float64) bool {
			return s.atWork().ServiceScaling.Repeats(tx, a, policy, values)
		},
	}
}

// readMetrics brings what has been counted until now into the store of metrics: a client is about to look, or the clock
// moves.
func (s *Server) readMetrics(ctx context.Context) { s.atWork().Metrics.Read(ctx) }

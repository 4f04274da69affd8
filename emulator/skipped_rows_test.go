package emulator_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const ecsTarget = "AmazonEC2ContainerServiceV20141113."

// Without any one of its rows an emulator starts, answers and goes on, and the next start needs no option.
func TestStartWithoutOneRow(t *testing.T) {
	t.Parallel()
	dir := withManyRows(t)
	whole := files(t, dir)
	change := func(path string, fn func(tx *bbolt.Tx) error) {
		t.Helper()
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true, NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Update(fn); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	type row struct{ table, key string }
	var rows []row
	change(filepath.Join(dir, "state.db"), func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			if string(name) == "meta" {
				return nil
			}
			left := 2
			return bucket.ForEach(func(key, _ []byte) error {
				if left--; left >= 0 {
					rows = append(rows, row{string(name), string(key)})
				}
				return nil
			})
		})
	})
	if len(rows) < 30 {
		t.Errorf("only %d rows", len(rows))
	}
	for _, r := range rows {
		to := t.TempDir()
		putFiles(t, whole, dir, to)
		change(filepath.Join(to, "state.db"), func(tx *bbolt.Tx) error {
			bucket := tx.Bucket([]byte(r.table))
			value := bytes.Clone(bucket.Get([]byte(r.key)))
			value[len(value)-1] ^= 1 // the end of the checksum
			return bucket.Put([]byte(r.key), value)
		})
		opts := emulator.Options{DataDir: to, Backend: sim.New(sim.Options{}), NewEngine: true, InProcess: true, Speed: emulator.Still}
		if srv, err := emulator.New(opts); err == nil {
			srv.Close()
			t.Errorf("%q: it is not noticed", r)
			continue
		}
		opts.SkipDamagedRows = true
		var log bytes.Buffer
		opts.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		srv, err := emulator.New(opts)
		if err != nil {
			t.Errorf("%q: %v", r, err)
			continue
		}
		askAll(t, srv)
		if err := srv.Close(); err != nil || strings.Contains(log.String(), "panic") {
			t.Errorf("%q: %v, and the log says\n%.2000s", r, err, log.String())
		}
		opts.SkipDamagedRows, opts.Backend = false, sim.New(sim.Options{})
		if srv, err = emulator.New(opts); err != nil {
			t.Errorf("%q: the next start: %v", r, err)
			continue
		}
		srv.Close()
	}
}

// withManyRows is a data directory with rows of many tables.
func withManyRows(t *testing.T) (dir string) {
	opts := emulator.Options{DataDir: t.TempDir(), Backend: sim.New(sim.Options{}), InProcess: true, Speed: emulator.Still}
	w := open(t, opts)
	w.register("web", "app")
	w.register("web", "app2")
	w.createService("api", "web:1", 2)
	w.eventually("two tasks run", func() bool { return w.service("api").RunningCount == 2 })
	const target = `"ServiceNamespace":"ecs","ScalableDimension":"ecs:service:DesiredCount","ResourceId":"service/default/api"`
	for _, c := range [][2]string{
		{"AmazonSSM.PutParameter", `{"Name":"/p","Value":"v","Type":"String"}`},
		{"secretsmanager.CreateSecret", `{"Name":"s","SecretString":"x"}`},
		{"AWSEvents.PutRule", `{"Name":"rule","ScheduleExpression":"rate(5 minutes)"}`},
		{"GraniteServiceVersion20100801.PutMetricAlarm", `{"AlarmName":"a","MetricName":"m","Namespace":"Shop","Statistic":"Sum","Period":60,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"GreaterThanThreshold"}`},
		{"AnyScaleFrontendService.RegisterScalableTarget", `{` + target + `,"MinCapacity":1,"MaxCapacity":4}`},
		{"AnyScaleFrontendService.PutScalingPolicy", `{` + target + `,"PolicyName":"p","PolicyType":"TargetTrackingScaling","TargetTrackingScalingPolicyConfiguration":{"TargetValue":50,"PredefinedMetricSpecification":{"PredefinedMetricType":"ECSServiceAverageCPUUtilization"}}}`},
		{"Route53AutoNaming_v20170314.CreateHttpNamespace", `{"Name":"ns"}`},
		{ecsTarget + "UpdateService", `{"service":"api","taskDefinition":"web:2"}`},
	} {
		if code, answer := answerTo(w.srv, c[0], c[1]); code != http.StatusOK {
			t.Fatalf("%s: %d %s", c[0], code, answer)
		}
	}
	w.must(w.srv.Clock().Advance(time.Hour))
	w.runTask("web:1")
	w.srv.Die()
	return opts.DataDir
}

// askAll asks an emulator of what the rows say, and has it go on for a while.
func askAll(t *testing.T, srv *emulator.Server) {
	t.Helper()
	for _, c := range [][2]string{
		{ecsTarget + "ListTasks", `{}`},
		{ecsTarget + "DescribeServices", `{"services":["api"]}`},
		{ecsTarget + "DescribeClusters", `{"include":["STATISTICS","SETTINGS"]}`},
		{ecsTarget + "ListTaskDefinitions", `{}`},
		{ecsTarget + "DescribeTaskDefinition", `{"taskDefinition":"web"}`},
		{ecsTarget + "ListServiceDeployments", `{"service":"api"}`},
		{ecsTarget + "UpdateService", `{"service":"api","desiredCount":3,"forceNewDeployment":true}`},
		{ecsTarget + "RunTask", `{"taskDefinition":"web","launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-0123abcd"]}}}`},
		{"AmazonSSM.GetParameter", `{"Name":"/p"}`},
		{"AmazonSSM.GetParameter", `{"Name":"/aws/reference/secretsmanager/s","WithDecryption":true}`},
		{"AmazonSSM.DescribeParameters", `{}`},
		{"AmazonSSM.GetParametersByPath", `{"Path":"/"}`},
		{"AmazonSSM.GetParameterHistory", `{"Name":"/p"}`},
		{"AmazonSSM.PutParameter", `{"Name":"/p","Value":"v","Type":"String","Overwrite":true}`},
		{"secretsmanager.GetSecretValue", `{"SecretId":"s"}`},
		{"secretsmanager.PutSecretValue", `{"SecretId":"s","SecretString":"y"}`},
		{"AWSEvents.ListRules", `{}`},
		{"AnyScaleFrontendService.DescribeScalingPolicies", `{"ServiceNamespace":"ecs"}`},
		{"GraniteServiceVersion20100801.DescribeAlarms", `{}`},
		{"Route53AutoNaming_v20170314.ListNamespaces", `{}`},
	} {
		if code, answer := answerTo(srv, c[0], c[1]); code >= http.StatusInternalServerError {
			t.Errorf("%s answers %d %s", c[0], code, answer)
		}
	}
	if err := srv.Clock().Advance(10 * time.Minute); err != nil {
		t.Error(err)
	}
}

// putFiles writes files of a directory into another one.
func putFiles(t *testing.T, content map[string]string, from, to string) {
	t.Helper()
	for path, text := range content {
		path = filepath.Join(to, strings.TrimPrefix(path, from))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

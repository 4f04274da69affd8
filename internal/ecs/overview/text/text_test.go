package text

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

var update = flag.Bool("update", false, "write testdata")

var (
	now   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	shop  = scope.Cluster("shop")
)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// id is the id of a task or container instance.
func id(n int) string { return fmt.Sprintf("%08x%024d", n*0x01234567, n) }

func exit(code int32) *int32 { return &code }

func task(n int, group, status string, age time.Duration) overview.Task {
	t := overview.Task{
		ID: id(n), ClusterARN: shop, Group: group, TaskDefinition: group[strings.IndexByte(group, ':')+1:] + ":3", LastStatus: status,
		DesiredStatus: "RUNNING", HealthStatus: "UNKNOWN", CreatedAt: ago(age), Containers: []overview.Container{{Name: "app", HealthStatus: "UNKNOWN"}},
	}
	if status == "RUNNING" {
		t.IP = fmt.Sprint("172.31.16.", n)
		t.Ports = []overview.Port{{Container: "app", ContainerPort: 8080, Protocol: "tcp", Address: fmt.Sprint("127.0.0.1:", 49150+n)}}
	} else {
		t.NotAsWanted = "lastStatus " + status
	}
	return t
}

func stopped(n int, group string, code *int32, reason string, age time.Duration) overview.Task {
	t := task(n, group, "STOPPED", time.Hour)
	t.DesiredStatus, t.StoppedAt, t.StoppedReason, t.Containers[0].ExitCode, t.NotAsWanted = "STOPPED", ago(age), reason, code, ""
	return t
}

func stoppedBy(code string, n int, group string, exit *int32, reason string, age time.Duration) overview.Task {
	t := stopped(n, group, exit, reason, age)
	t.StopCode = code
	return t
}

// story has something of all that happens.
func story() *overview.Overview {
	unhealthy := task(1, "service:web", "RUNNING", 3*time.Minute)
	unhealthy.HealthStatus, unhealthy.NotAsWanted = "UNHEALTHY", "healthStatus UNHEALTHY"
	unhealthy.UnhealthyTarget = "Health checks failed with these codes: [500]"
	unhealthy.Containers[0].HealthStatus = "UNHEALTHY"
	healthy := task(2, "service:web", "RUNNING", 26*time.Hour)
	healthy.HealthStatus = "HEALTHY"
	healthy.Ports[0].Address = "127.0.0.1:8080"
	leaving := task(5, "service:a-service-with-a-name-that-is-long", "DEPROVISIONING", 50*time.Hour)
	leaving.DesiredStatus, leaving.StoppedReason = "STOPPED", "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)"
	onInstance := task(4, "family:job", "RUNNING", 5*time.Hour)
	onInstance.ContainerInstance = scope.ContainerInstance("shop", id(11))
	o := &overview.Overview{
		Now: now, Speed: 1, NotAsWanted: overview.Counts{Services: 1, Tasks: 3, ContainerInstances: 1},
		Clusters: []overview.Cluster{{ARN: shop, Name: "shop", ActiveServices: 2, RunningTasks: 3, PendingTasks: 1, ContainerInstances: 2}},
		Services: []overview.Service{
			{
				Name: "a-service-with-a-name-that-is-long", ClusterARN: shop, Status: "ACTIVE", Desired: 0,
				Deployments: []overview.Deployment{{Status: "PRIMARY", RolloutState: "COMPLETED", TaskDefinition: "a-service-with-a-name-that-is-long:12", CreatedAt: ago(50 * time.Hour)}},
			},
			{
				Name: "web", ClusterARN: shop, Status: "ACTIVE", Desired: 3, Running: 2, Pending: 1, NotAsWanted: "the rollout of web:4 has FAILED",
				Deployments: []overview.Deployment{
					{Status: "PRIMARY", RolloutState: "IN_PROGRESS", Rollback: &overview.Rollback{TaskDefinition: "web:4", Status: "ROLLBACK_IN_PROGRESS", Reason: "Service deployment rolled back because the circuit breaker threshold was exceeded.", StartedAt: ago(20 * time.Second)}, TaskDefinition: "web:3", Desired: 3, Running: 1, Pending: 1, CreatedAt: ago(20 * time.Second)},
					{Status: "ACTIVE", RolloutState: "FAILED", RolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.", TaskDefinition: "web:4", Running: 1, FailedTasks: 3, CreatedAt: ago(3 * time.Minute)},
				},
				TargetGroups: []overview.TargetGroup{{Name: "web", Targets: map[string]int{"healthy": 1, "unhealthy": 1}, Unhealthy: "Health checks failed with these codes: [500]"}},
				LastEvent:    &overview.Event{CreatedAt: ago(15 * time.Second), Message: "(service web) has started 1 tasks: (task " + id(3) + ")."},
			},
		},
		Tasks: []overview.Task{leaving, task(3, "service:web", "PENDING", 15*time.Second), unhealthy, onInstance, healthy},
		StoppedTasks: []overview.Task{
			stoppedBy("EssentialContainerExited", 7, "family:job", exit(3), "Essential container in task exited", 90*time.Second),
			stoppedBy("TaskFailedToStart", 8, "service:web", nil, "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/shop/web:4: manifest unknown", 3*time.Minute),
			stoppedBy("EssentialContainerExited", 9, "family:job", exit(0), "Essential container in task exited", 40*time.Minute),
		},
		ContainerInstances: []overview.ContainerInstance{
			{ID: id(11), ClusterARN: shop, EC2InstanceID: "i-0123456789abcdef0", Status: "ACTIVE", AgentConnected: true, Running: 1, Registered: overview.Resources{CPU: 2048, Memory: 3891, GPUs: 2}, Remaining: overview.Resources{CPU: 1024, Memory: 3379, GPUs: 1}, Ports: []uint16{8080}, PortsUDP: []uint16{53}},
			{ID: id(12), ClusterARN: shop, EC2InstanceID: "i-0123456789abcdef1", Status: "ACTIVE", Registered: overview.Resources{CPU: 2048, Memory: 3891}, Remaining: overview.Resources{CPU: 2048, Memory: 3891}, NotAsWanted: "its agent is not connected"},
		},
	}
	o.TaskCount, o.StoppedTaskCount = len(o.Tasks), len(o.StoppedTasks)
	return o
}

// behind has load balancers in front of the service web.
func behind() *overview.Overview {
	o := story()
	o.LoadBalancers = []overview.LoadBalancer{
		{Name: "web", Scheme: "internet-facing", State: "active", DNSName: "web-1234567890.us-east-1.elb.amazonaws.com", Listeners: []overview.Listener{
			{Protocol: "HTTP", Port: 80, LocalAddresses: []string{"127.0.0.1:49153"}},
			{Protocol: "HTTPS", Port: 8443, LocalAddresses: []string{"127.0.0.1:8443"}},
			{Protocol: "HTTP", Port: 9000, LocalAddresses: []string{}},
		}},
		{Name: "a-load-balancer-with-a-long-name", Scheme: "internal", State: "provisioning", DNSName: "internal-a-load-balancer-with-a-long-name-1.us-east-1.elb.amazonaws.com"},
		{Name: "dns", Scheme: "internal", State: "failed", StateReason: "its container cannot be created", DNSName: "dns-0123456789abcdef.elb.us-east-1.amazonaws.com", Listeners: []overview.Listener{
			{Protocol: "TCP_UDP", Port: 53, LocalAddresses: []string{"127.0.0.1:49160/tcp", "127.0.0.1:49161/udp"}},
		}},
	}
	return o
}

// watched has managed daemons: one as wanted, one that is rolled back, one that fails where it is not critical, and one that is deleted.
func watched() *overview.Overview {
	at := func(status, definition string, age time.Duration) overview.DaemonDeployment {
		return overview.DaemonDeployment{Status: status, TaskDefinition: definition, CreatedAt: ago(age)}
	}
	broken := at("ROLLBACK_IN_PROGRESS", "metrics:8", 4*time.Minute)
	broken.StatusReason, broken.FailedTasks = "Daemon deployment rolled back because the circuit breaker threshold was exceeded.", 3
	o := story()
	o.NotAsWanted.Daemons = 2
	o.Daemons = []overview.Daemon{
		{Name: "logs", ClusterARN: shop, Status: "ACTIVE", TaskDefinition: "logs:1", Critical: true, Running: 12, Deployment: at("SUCCESSFUL", "logs:1", 26*time.Hour)},
		{Name: "metrics", ClusterARN: shop, Status: "ACTIVE", TaskDefinition: "metrics:7", Critical: true, Running: 8, Pending: 1, Draining: 3, Deployment: broken, NotAsWanted: "the deployment of metrics:8 is ROLLBACK_IN_PROGRESS"},
		{Name: "a-daemon-with-a-name-that-is-long", ClusterARN: shop, Status: "ACTIVE", TaskDefinition: "a-daemon-with-a-name-that-is-long:2", Running: 10, Without: 2, Deployment: at("SUCCESSFUL", "a-daemon-with-a-name-that-is-long:2", time.Hour), NotAsWanted: "2 of 12 instances are without it"},
		{Name: "old", ClusterARN: shop, Status: "DELETE_IN_PROGRESS", TaskDefinition: "old:1", Running: 4, Draining: 3, Deployment: at("IN_PROGRESS", "", time.Minute)},
	}
	return o
}

// crowd has 10,000 tasks, of which a screen was asked for.
func crowd() *overview.Overview {
	o := story()
	for n := range 100 {
		o.Tasks = append(o.Tasks, task(100+n, "service:web", "RUNNING", time.Hour))
	}
	o.TaskCount, o.StoppedTaskCount = 10_000, 1_234
	return o
}

func twoRegions() *overview.Overview {
	o, other := story(), arn.Scope{Region: "eu-west-1", Account: "000000000000"}.Cluster("shop")
	o.Clusters = append(o.Clusters, overview.Cluster{ARN: other, Name: "shop", RunningTasks: 1})
	there := task(30, "family:job", "RUNNING", time.Minute)
	there.ClusterARN = other
	o.Tasks, o.TaskCount = append(o.Tasks, there), 6
	return o
}

// wide has texts that clients choose in characters that take two columns of a terminal, or none.
func wide() *overview.Overview {
	reason := "Stopped by 田中さん: バッチ処理を中断して新しいバージョンに切り替えるため 🚀 deploy"
	o := &overview.Overview{
		Clusters: []overview.Cluster{{ARN: shop, Name: "shop"}},
		Tasks: []overview.Task{
			task(1, "夜間バッチ処理のグループその一番目のもの", "RUNNING", time.Minute),
			task(2, "Cafe\u0301 🚀 🚀", "RUNNING", time.Minute),
			task(3, "family:job", "RUNNING", time.Minute),
		},
		StoppedTasks: []overview.Task{stopped(4, "夜間", exit(1), reason, time.Minute), stopped(5, "family:job", exit(0), reason, time.Minute)},
	}
	o.TaskCount, o.StoppedTaskCount = len(o.Tasks), len(o.StoppedTasks)
	return o
}

func mark(tone Tone, s string) string {
	if s == "" || tone == Plain {
		return s
	}
	return fmt.Sprintf("%s{%s}", []string{"", "title", "good", "busy", "bad", "faint"}[tone], s)
}

func TestScreens(t *testing.T) {
	for name, c := range map[string]struct {
		of   *overview.Overview
		opts Options
	}{
		"piped":          {story(), Options{}},
		"80":             {story(), Options{Width: 80, Height: 50}},
		"120":            {story(), Options{Width: 120, Height: 50}},
		"140":            {story(), Options{Width: 140, Height: 50}},
		"80x24":          {story(), Options{Width: 80, Height: 24}},
		"tones":          {story(), Options{Width: 140, Height: 50, Paint: mark}},
		"crowd":          {crowd(), Options{Width: 80, Height: 40, Hint: "; --all shows them"}},
		"two-regions":    {twoRegions(), Options{Width: 140}},
		"two-regions-80": {twoRegions(), Options{Width: 80}},
		"balancers":      {behind(), Options{}},
		"balancers-80":   {behind(), Options{Width: 80, Height: 60}},
		"daemons":        {watched(), Options{}},
		"daemons-80":     {watched(), Options{Width: 80, Height: 60, Paint: mark}},
		"wide":           {wide(), Options{Width: 80}},
		"nothing":        {&overview.Overview{}, Options{Width: 80, Height: 24}},
	} {
		t.Run(name, func(t *testing.T) {
			c.opts.Now = now
			got, path := Render(c.of, c.opts), "testdata/"+name+".txt"
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || got != string(want) {
				t.Errorf("%v; shown is\n%s\nand not\n%s", err, got, want)
			}
			if c.opts.Paint == nil {
				fits(t, got, c.opts)
			}
		})
	}
}

// fits checks that a screen is one.
func fits(t *testing.T, screen string, o Options) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(screen, "\n"), "\n")
	if o.Height > 0 && len(lines) > o.Height {
		t.Errorf("%d lines for a height of %d", len(lines), o.Height)
	}
	for _, line := range lines {
		if n := columns(line); o.Width > 0 && n > o.Width {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

// A screen is no wider than its terminal; and it is no higher, if there is room for the
// heads of the tables.
func TestEachSizeIsKept(t *testing.T) {
	for width := 1; width < 200; width += 3 {
		for height := 18; height < 60; height += 5 {
			o := Options{Width: width, Height: height, Now: now, Hint: "; --all shows them"}
			fits(t, Render(crowd(), o), o)
			fits(t, Render(twoRegions(), o), o)
			fits(t, Render(wide(), o), o)
			fits(t, Render(behind(), o), o)
			fits(t, Render(watched(), o), o)
			fits(t, Render(&overview.Overview{Clusters: []overview.Cluster{{ARN: shop, Name: "shop"}}}, o), o)
			fits(t, Render(&overview.Overview{}, o), o)
		}
	}
}

func TestDenialsHaveALine(t *testing.T) {
	const id = "0123abcd-4567-89ab-cdef-0123456789ab"
	for _, c := range []struct {
		denials overview.Denials
		want    string
	}{
		{overview.Denials{Count: 1, Enforced: true, LastRequestID: id}, "busy{1 denial in the last ten minutes; see ecs-emulator why 0123abcd}\n"},
		{overview.Denials{Count: 1234, LastRequestID: id}, "busy{1,234 denials in the last ten minutes, not enforced; see ecs-emulator why 0123abcd}\n"},
	} {
		o := story()
		o.Denials = &c.denials
		lines := strings.SplitAfter(Render(o, Options{Now: now, Paint: mark}), "\n")
		if lines[1] != c.want {
			t.Errorf("the second line is %q, want %q", lines[1], c.want)
		}
		for height := 18; height < 60; height += 3 {
			fits(t, Render(o, Options{Width: 60, Height: height, Now: now}), Options{Width: 60, Height: height})
		}
	}
}

func TestPortsOfATask(t *testing.T) {
	list := []overview.Port{
		{ContainerPort: 8080, Protocol: "tcp", Address: "127.0.0.1:8080"},
		{ContainerPort: 9090, Protocol: "tcp", Address: "127.0.0.1:36479"},
	}
	for width, want := range map[int]string{
		0: "127.0.0.1:8080, 127.0.0.1:36479→9090", 80: "127.0.0.1:8080, :36479", 120: "127.0.0.1:8080, 127.0.0.1:36479→9090",
	} {
		r := renderer{Options: Options{Width: width}}
		if got := r.ports(list); got != want {
			t.Errorf("with %d columns %q, want %q", width, got, want)
		}
	}
}

func TestIDsAreShortened(t *testing.T) {
	long := "(service web) registered 1 targets in (target-group arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/front/3d1ed2c27b324474) for (task " + id(3) + ")"
	if got, want := shortIDs(long), "(service web) registered 1 targets in (target-group front) for (task 0369d035…)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAges(t *testing.T) {
	r := &renderer{Options: Options{Now: now}, Overview: &overview.Overview{}}
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 119 * time.Second: "119s", 2 * time.Minute: "2m", 119 * time.Minute: "119m", 2 * time.Hour: "2h",
		47 * time.Hour: "47h", 48 * time.Hour: "2d",
	} {
		if got := r.age(ago(d)); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
	if got := r.age(time.Time{}); got != "" {
		t.Errorf("no time is %s ago", got)
	}
}

// The names of different clusters differ also where they are cut.
func TestClustersDifferWhereTheyAreCut(t *testing.T) {
	other := arn.Scope{Region: "us-east-1", Account: "000000000001"}
	for name, c := range map[string]struct{ x, y string }{
		"regions":              {shop, arn.Scope{Region: "eu-west-1", Account: scope.Account}.Cluster("shop")},
		"regions of one coast": {shop, arn.Scope{Region: "us-east-2", Account: scope.Account}.Cluster("shop")},
		"accounts":             {shop, other.Cluster("shop")},
		"names":                {scope.Cluster("production-orders"), scope.Cluster("production-payments")},
		"long names":           {scope.Cluster("a-cluster-with-a-long-name-x"), scope.Cluster("a-cluster-with-a-long-name-y")},
	} {
		t.Run(name, func(t *testing.T) {
			o := story()
			o.Clusters = []overview.Cluster{{ARN: c.x, Name: arn.Name(c.x)}, {ARN: c.y, Name: arn.Name(c.y)}}
			here, there := o.Tasks[0], o.Tasks[0]
			here.ClusterARN, there.ClusterARN = c.x, c.y
			o.Tasks, o.TaskCount = []overview.Task{here, there}, 2
			for _, width := range []int{80, 100, 140} {
				lines := strings.Split(Render(o, Options{Width: width, Now: now}), "\n")
				var shown []string
				for _, line := range lines {
					if strings.HasPrefix(line, "05b05b03") {
						shown = append(shown, line)
					}
				}
				if len(shown) != 2 || shown[0] == shown[1] {
					t.Errorf("with %d columns: %q", width, shown)
				}
			}
		})
	}
}

// TestTextsOfUsersAreNoEscapeSequences has texts that clients choose, as they may.
func TestTextsOfUsersAreNoEscapeSequences(t *testing.T) {
	evil := "x\x1b[2J\ny"
	running := task(1, "job", "RUNNING", time.Minute)
	running.Group = evil
	o := &overview.Overview{
		Clusters: []overview.Cluster{{ARN: shop, Name: "shop"}}, Tasks: []overview.Task{running}, TaskCount: 1,
		StoppedTasks: []overview.Task{stopped(2, "job", exit(1), evil, time.Minute)}, StoppedTaskCount: 1,
	}
	lines := strings.Split(Render(o, Options{Now: now}), "\n")
	if want := 11; len(lines) != want {
		t.Errorf("%d lines, want %d", len(lines), want)
	}
	for _, line := range lines {
		if strings.Contains(line, "\x1b") {
			t.Errorf("%q", line)
		}
	}
}

package control

import (
	"log/slog"
	"net/http"
	"net/url"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Tasks is the answer of GET /_emulator/tasks: the tasks that have not stopped, of
// all accounts and regions.
type Tasks struct {
	Tasks []Task `json:"tasks"`
	// Note says what is left out.
	Note string `json:"note,omitempty"`
}

// Task is a task as the engine sees it.
type Task struct {
	ID            string      `json:"id"`
	ARN           string      `json:"taskArn"`
	Cluster       string      `json:"cluster"`
	Group         string      `json:"group"` // family:web, service:web
	LastStatus    string      `json:"lastStatus"`
	DesiredStatus string      `json:"desiredStatus"`
	Instance      string      `json:"containerInstanceArn,omitempty"`
	Engine        string      `json:"engine,omitempty"` // by name, where several run tasks
	IP            string      `json:"ip,omitempty"`     // on the engine's network: its own, or its container instance's
	SandboxID     string      `json:"sandboxId,omitempty"`
	Containers    []Container `json:"containers"`
}

type Container struct {
	Name       string `json:"name"`
	Image      string `json:"image"`
	LastStatus string `json:"lastStatus"`
	RuntimeID  string `json:"runtimeId,omitempty"` // as ECS shows it
	EngineID   string `json:"engineId,omitempty"`  // of the engine's container
	Ports      []Port `json:"ports"`
}

// Port is a port of this machine's loopback that leads to a container's port.
type Port struct {
	Container     string `json:"-"`
	ContainerPort int    `json:"containerPort"`
	Protocol      string `json:"protocol"` // tcp or udp
	Address       string `json:"address"`  // 127.0.0.1:49153
}

// mostOpened is for how many tasks a list opens ports where that has to be asked for:
// each is a file of this process.
const mostOpened = 100

type taskRoute struct {
	store *store.Store
	// ports lists the ports on this machine's loopback that lead to a task, and opens them if told to.
	ports      func(taskARN string, open bool) []Port
	instanceIP func(taskARN string) string
	log        *slog.Logger
}

// serve serves GET /_emulator/tasks, with ?task=<id or ARN> one of them, and with ?of=<service or task>
// the tasks of a service as well, in cluster if several have one of that name.
func (o taskRoute) serve(w http.ResponseWriter, r *http.Request) {
	wanted, err := wantedTasks(o.store.Read(), r.URL.Query())
	if err != nil {
		Refuse(w, http.StatusNotFound, err.Error())
		return
	}
	body := Tasks{Tasks: []Task{}}
	for _, t := range state.AllTasks(o.store.Read()) {
		if !t.Ended() && wanted(t) {
			task := describe(t, o.ports(t.ARN, len(body.Tasks) < mostOpened))
			if task.IP == "" && task.Instance != "" {
				task.IP = o.instanceIP(t.ARN)
			}
			body.Tasks = append(body.Tasks, task)
		}
	}
	if len(body.Tasks) > mostOpened {
		body.Note = "ports of simulated tasks are opened for the first 100 of a list, and of others with ?task=<id>"
	}
	answer(w, http.StatusOK, body, o.log)
}

// wantedTasks reports which tasks a query asks for.
func wantedTasks(tx *store.Tx, query url.Values) (func(*state.Task) bool, error) {
	ref := query.Get("task")
	if of := query.Get("of"); of != "" {
		service, err := findService(tx, of, query.Get("cluster"))
		if err != nil {
			return nil, err
		}
		if service != nil {
			return func(t *state.Task) bool { return t.Spec.ServiceARN == service.ARN }, nil
		}
		ref = of
	}
	if ref == "" {
		return func(*state.Task) bool { return true }, nil
	}
	only, err := findTask(tx, ref)
	return func(t *state.Task) bool { return t.ARN == only }, err
}

func describe(t *state.Task, ports []Port) Task {
	task := Task{
		ID: arn.Name(t.ARN), ARN: t.ARN, Cluster: arn.ClusterName(t.ARN), Group: t.Spec.Group,
		LastStatus: t.Status.LastStatus, DesiredStatus: t.DesiredStatus(), Instance: t.Placement.ContainerInstance, Engine: t.Placement.Host,
		IP: t.Status.Attachment.PrivateIPv4, SandboxID: t.Status.SandboxID, Containers: []Container{},
	}
	for _, c := range t.Status.Containers {
		container := Container{
			Name: c.Name, Image: c.Image, LastStatus: c.LastStatus(), RuntimeID: c.RuntimeID, EngineID: c.EngineID, Ports: []Port{},
		}
		for _, p := range ports {
			if p.Container == c.Name {
				container.Ports = append(container.Ports, p)
			}
		}
		task.Containers = append(task.Containers, container)
	}
	return task
}

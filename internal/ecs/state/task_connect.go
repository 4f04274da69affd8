package state

import (
	"crypto/sha256"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var tasksByConnect = tasks.Index((*Task).liveConnect)

// liveConnect is the value of the index by which the proxies are found that know endpoints of a namespace.
func (t *Task) liveConnect() string {
	if t.Spec.Connect == nil || t.Ended() {
		return ""
	}
	return t.Spec.Connect.NamespaceARN
}

// ProxyPrefix begins the name of the container that is the proxy of Service Connect in a task.
const ProxyPrefix = "ecs-service-connect-"

// ProxyName is the name of that container; empty where the task has none. On AWS its last five letters and digits are
// random; here they follow from the task.
// Source: field reports of answers of DescribeTasks.
func (t *Task) ProxyName() string {
	if t.Spec.Connect == nil {
		return ""
	}
	return ProxyName(t.ARN)
}

// OwnContainers are the containers of the task's definition: all but its proxy, which users do not mean where they name
// none.
func (t *Task) OwnContainers() []Container {
	proxy := t.ProxyName()
	return slices.DeleteFunc(slices.Clone(t.Status.Containers), func(c Container) bool { return c.Name == proxy })
}

// ProxyName is the name of the proxy of a task with Service Connect.
func ProxyName(taskARN string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	sum := sha256.Sum256([]byte(taskARN))
	name := []byte(ProxyPrefix)
	for _, b := range sum[:5] {
		name = append(name, letters[int(b)%len(letters)])
	}
	return string(name)
}

// ConnectTasks returns the tasks that have not ended and whose proxies know endpoints of a namespace of Cloud Map.
func ConnectTasks(tx *store.Tx, namespaceARN string) []*Task {
	return tasksByConnect.List(tx, namespaceARN)
}

// OnConnectTasks wakes with the ARN of each task with a proxy that changes.
func OnConnectTasks() store.Source {
	return store.On(tasks, func(before, after *Task) []string {
		if after == nil {
			after = before
		}
		if after.Spec.Connect == nil {
			return nil
		}
		return []string{after.ARN}
	})
}

// Knows reports whether proxies lead to the tasks of a service of Cloud Map.
func (c *Connect) Knows(discoveryARN string) bool {
	return slices.ContainsFunc(c.Endpoints, func(e ConnectEndpoint) bool { return e.DiscoveryARN == discoveryARN })
}

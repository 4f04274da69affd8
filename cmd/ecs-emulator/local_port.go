package main

// portsOfTasks is what `ports` reads of the answer of /_emulator/tasks.
type portsOfTasks struct {
	Tasks []struct {
		ID, Cluster, Group, DesiredStatus string
		Containers                        []struct {
			Name  string
			Ports []localPort
		}
	}
	Note string
}

// localPort is what `ports` reads of a port in the answer of /_emulator/tasks.
type localPort struct {
	ContainerPort     int
	Protocol, Address string
	leaves            bool // its task has been told to stop
}

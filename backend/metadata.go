package backend

import (
	"net"
	"time"
)

// TaskMetadataAddress is where containers ask for metadata and credentials, on port 80.
// Source: Amazon ECS developer guide, task metadata endpoint.
const TaskMetadataAddress = "169.254.170.2"

// TaskMetadata is implemented by engines that lead what containers send to
// TaskMetadataAddress to this process. Nothing listens for that in a container's own network
// namespace, and nothing is added to a container. One without a network has no way there.
type TaskMetadata interface {
	// ListenMetadata returns the listener of those connections. RemoteAddr of one is the
	// address of the container's sandbox, or of the sandbox that it joins, or that routes its
	// network. There is one listener at a time; who listens does so before sandboxes start,
	// or their containers are turned away.
	ListenMetadata() net.Listener
}

// Stats are the counters of a running container, with the names that Docker gives them.
// What the one before the last sample had is for the reader to keep.
// Source: Docker Engine API, "get container stats based on resource usage".
type Stats struct {
	Read         time.Time    `json:"read"` // by the engine's clock
	PidsStats    PidsStats    `json:"pids_stats"`
	BlkioStats   BlkioStats   `json:"blkio_stats"`
	NumProcs     uint32       `json:"num_procs"` // 0 on Linux
	StorageStats StorageStats `json:"storage_stats"`
	CPUStats     CPUStats     `json:"cpu_stats"`
	MemoryStats  MemoryStats  `json:"memory_stats"`
	Name         string       `json:"name,omitempty"` // the engine's
	ID           string       `json:"id,omitempty"`
	// Networks are the networks of the container's network namespace, by interface, but for the
	// loopback one; nil if that is another sandbox's than its own, or not known yet.
	Networks map[string]NetworkStats `json:"networks,omitempty"`
	// NetworksRead is when those were read: at times before Read.
	NetworksRead time.Time `json:"-"`
}

// CPUStats are times in nanoseconds.
type CPUStats struct {
	CPUUsage       CPUUsage       `json:"cpu_usage"`
	SystemCPUUsage uint64         `json:"system_cpu_usage,omitempty"` // of the engine's host, idle or not, on all CPUs
	OnlineCPUs     uint32         `json:"online_cpus,omitempty"`
	ThrottlingData ThrottlingData `json:"throttling_data"`
}

// CPUUsage is the CPU usage of the container's processes.
type CPUUsage struct {
	TotalUsage        uint64   `json:"total_usage"`
	PercpuUsage       []uint64 `json:"percpu_usage,omitempty"` // with control groups of version 1
	UsageInKernelmode uint64   `json:"usage_in_kernelmode"`
	UsageInUsermode   uint64   `json:"usage_in_usermode"`
}

// ThrottlingData is how often, and for how long, they had used up their time.
type ThrottlingData struct {
	Periods          uint64 `json:"periods"`
	ThrottledPeriods uint64 `json:"throttled_periods"`
	ThrottledTime    uint64 `json:"throttled_time"`
}

// MemoryStats are in bytes. Stats are the kernel's, whose names depend on the version of
// control groups.
type MemoryStats struct {
	Usage    uint64            `json:"usage,omitempty"`
	MaxUsage uint64            `json:"max_usage,omitempty"`
	Stats    map[string]uint64 `json:"stats,omitempty"`
	Failcnt  uint64            `json:"failcnt,omitempty"`
	Limit    uint64            `json:"limit,omitempty"` // at most the memory of the engine's host
}

// PidsStats count processes and threads. Limit 0 is none.
type PidsStats struct {
	Current uint64 `json:"current,omitempty"`
	Limit   uint64 `json:"limit,omitempty"`
}

// BlkioStats count what was read from devices and written to them.
type BlkioStats struct {
	IoServiceBytesRecursive []BlkioStatEntry `json:"io_service_bytes_recursive"`
	IoServicedRecursive     []BlkioStatEntry `json:"io_serviced_recursive"`
	IoQueueRecursive        []BlkioStatEntry `json:"io_queue_recursive"`
	IoServiceTimeRecursive  []BlkioStatEntry `json:"io_service_time_recursive"`
	IoWaitTimeRecursive     []BlkioStatEntry `json:"io_wait_time_recursive"`
	IoMergedRecursive       []BlkioStatEntry `json:"io_merged_recursive"`
	IoTimeRecursive         []BlkioStatEntry `json:"io_time_recursive"`
	SectorsRecursive        []BlkioStatEntry `json:"sectors_recursive"`
}

// BlkioStatEntry is one operation on one device.
type BlkioStatEntry struct {
	Major uint64 `json:"major"`
	Minor uint64 `json:"minor"`
	Op    string `json:"op"`
	Value uint64 `json:"value"`
}

// StorageStats are Windows's, and empty.
type StorageStats struct{}

// NetworkStats are the counters of an interface.
type NetworkStats struct {
	RxBytes   uint64 `json:"rx_bytes"`
	RxPackets uint64 `json:"rx_packets"`
	RxErrors  uint64 `json:"rx_errors"`
	RxDropped uint64 `json:"rx_dropped"`
	TxBytes   uint64 `json:"tx_bytes"`
	TxPackets uint64 `json:"tx_packets"`
	TxErrors  uint64 `json:"tx_errors"`
	TxDropped uint64 `json:"tx_dropped"`
}

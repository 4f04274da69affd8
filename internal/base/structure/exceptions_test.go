package structure

// What was above a limit when the limits came down. An exception may only shrink: the tests say when it is too large.

// largePackages have more lines than a package may have.
var largePackages = map[string]int{}

// size says how large a set of files is that all use each other.
type size struct{ files, lines int }

// largeKnots are packages with a set that has more files or lines than one may have.
var largeKnots = map[string]size{
	"backend/balancer/proxy":         {15, 2400},
	"backend/sim":                    {23, 3000}, // one engine
	"handlers/awsapi":                {16, 1613},
	"handlers/ec2/instance":          {16, 1665},
	"internal/app/check":             {16, 2900},
	"internal/aws/cloudwatch/metric": {13, 2050},
	"internal/base/store":            {15, 2200}, // Store, Tx and tables
}

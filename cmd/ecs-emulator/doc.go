// Command ecs-emulator is Amazon ECS on your own machine.
//
//	ecs-emulator serve          start the emulator; Ctrl-C ends it
//	ecs-emulator ps             show what runs; exit code 3 or 4 if something is not as wanted
//	ecs-emulator logs           show the output of a service's tasks, or of one task
//	ecs-emulator exec           run a command, or a shell, in a container with ECS Exec
//	ecs-emulator events         show what happens: tasks, deployments, container instances
//	ecs-emulator ports          show which ports of this host lead to tasks and load balancers
//	ecs-emulator deliveries     list rules, schedules and what they bring to their targets
//	ecs-emulator scaling        show how services are scaled, and what holds them
//	ecs-emulator costs          show what the run would have cost on AWS, by service and deployment
//	ecs-emulator why            explain what is not as wanted, or a request's refusal; exit code 3
//	ecs-emulator policy-from-log print the smallest policy for the calls of a user or role
//	ecs-emulator faults list    list what is to go wrong
//	ecs-emulator faults add     have pulls, starts, containers, agents, instances or the engine fail
//	ecs-emulator faults run     add all faults of a file, each of which begins at its time
//	ecs-emulator faults clear   end one fault, or all
//	ecs-emulator load           have a service's tasks share a load, without Docker; or list loads
//	ecs-emulator load clear     end the load of one service, or all
//	ecs-emulator check          show what would be refused of definitions in files
//	ecs-emulator env            print variables that lead the AWS CLI and SDKs to the emulator
//	ecs-emulator health         show whether tasks can run; exit code 1 if they cannot
//	ecs-emulator doctor         show why Docker does not play along; exit code 3 or 1 if so
//	ecs-emulator prune          show what emulators have on Docker, or remove it
//	ecs-emulator facts          show which facts show that an operation does here what it does on AWS
//	ecs-emulator completion     print a script that has a shell complete commands and flags
//	ecs-emulator help           explain a command, its flags and arguments
//	ecs-emulator version        show the version
//
// `make generate` writes this list.
package main

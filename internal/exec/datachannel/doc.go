// Package datachannel is the server's side of one data channel of AWS Systems Manager's Session
// Manager, as ECS Exec and port forwarding use it: it numbers and acknowledges messages, sends again
// what is not acknowledged, shakes hands and ends. It knows neither sockets nor programs: frames
// go in and come out, and the time is an argument.
//
//	channel := datachannel.New(datachannel.Config{SessionID: id, SessionType: datachannel.InteractiveCommands})
//	channel.Connect(now)
//	err := channel.Receive(now, frame) // a frame of the client
//	session.Write(channel.Input())
//	taken := channel.Write(now, datachannel.Output, output)
//	frames, next := channel.Due(now) // to send now; ask again at next, or when something has happened
//
// Source: spec/runtime.md G.4 to G.8, recorded-exec.md X10 to X14.
package datachannel

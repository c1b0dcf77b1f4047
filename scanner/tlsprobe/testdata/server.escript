#!/usr/bin/env escript
%% A TLS server with the options of ssl:listen that are given as a term. Suites are
%% given as {suites, ["TLS_..."]}, by the registry's names, and psk stands for a key
%% that every client shares. It prints "port N" and serves until it is ended.

main([Term]) ->
    {ok, Tokens, _} = erl_scan:string(Term ++ "."),
    {ok, Given} = erl_parse:parse_term(Tokens),
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    {ok, Listen} = ssl:listen(0, [{ip, {127, 0, 0, 1}}, {backlog, 64} | [option(O) || O <- Given]]),
    {ok, {_, Port}} = ssl:sockname(Listen),
    io:format("port ~b~n", [Port]),
    serve(Listen).

option({suites, Names}) -> {ciphers, [ssl:str_to_suite(N) || N <- Names]};
option(psk) -> {user_lookup_fun, {fun(psk, _, _) -> {ok, <<"0123456789abcdef">>} end, none}};
option(Other) -> Other.

serve(Listen) ->
    {ok, Socket} = ssl:transport_accept(Listen),
    Shake = spawn(fun() -> receive owned -> shake(Socket) end end),
    ssl:controlling_process(Socket, Shake),
    Shake ! owned,
    serve(Listen).

shake(Socket) ->
    case ssl:handshake(Socket, 20000) of
        {ok, Connection} -> ssl:close(Connection);
        {error, _} -> ok
    end.
